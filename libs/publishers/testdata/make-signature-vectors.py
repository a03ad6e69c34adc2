#!/usr/bin/env python3
"""Writes signature-vectors.json: random messages and how Ceilometer 19.0.0, which must be installed, signs them.

`signature_2015` is what it gives with strings in lists left as they are: what Ceilometer of December 2015 does on Python 3.
"""
import json
import pathlib
import random

from ceilometer.publisher import utils

SECRETS = ["secret", "change this for valid signing", "gehe\u00efm \U0001f511", "k" * 64, "k" * 65]
# Names that sort otherwise by UTF-16 unit, and by joined name; text that `repr` of bytes escapes.
PARTS = ["a", "b", "Z", "-", ":", ".", "_", "\u00e9", "\ue000", "\uffff", "\U0001f600", "\U00010000", "'", '"']
TEXTS = PARTS + ["\\", "\n", "\r", "\t", "\0", "\x7f", "\u2028", "\u00a0", " ", "512.0", "None"]
NUMBERS = [0, -1, 512, 2**53 - 1, 2**53, 2**53 + 1, 2**64 - 1, -(2**63), 10**21, 10**30]
FLOATS = [0.0, -0.0, 512.0, 0.1, 1e15, 1e16, 1e-4, 1e-7, 1.5e300, 5e-324, 2.0**60, 1234.5, -2.5]


def text(rng, parts, low):
    return "".join(rng.choice(parts) for _ in range(rng.randint(low, 3)))


def value(rng, depth):
    kind = rng.randrange(8 if depth > 0 else 6)
    if kind < 2:
        return text(rng, TEXTS, 0)
    if kind == 2:
        return rng.choice(NUMBERS)
    if kind == 3:
        return rng.choice(FLOATS)
    if kind < 6:
        return rng.choice([None, True, False])
    if kind == 6:
        return [value(rng, depth - 1) for _ in range(rng.randint(0, 4))]
    return dictionary(rng, depth - 1)


def dictionary(rng, depth):
    return {text(rng, PARTS, 1): value(rng, depth) for _ in range(rng.randint(0, 5))}


def as_it_is(data):
    """`decode_unicode` without encoding."""
    if isinstance(data, dict):
        return {key: as_it_is(entry) for key, entry in sorted(data.items())}
    if isinstance(data, list):
        return [as_it_is(entry) for entry in data]
    return data


def main():
    rng = random.Random(4)
    vectors = []
    encode = utils.decode_unicode
    while len(vectors) < 150:
        message = dictionary(rng, 3)
        if not message:
            continue
        secret = rng.choice(SECRETS)
        vector = {"json": json.dumps(message), "secret": secret, "signature": utils.compute_signature(message, secret)}
        utils.decode_unicode = as_it_is
        vector["signature_2015"] = utils.compute_signature(message, secret)
        utils.decode_unicode = encode
        vectors.append(vector)
    target = pathlib.Path(__file__).with_name("signature-vectors.json")
    target.write_text(json.dumps(vectors, indent=2) + "\n")


if __name__ == "__main__":
    main()
