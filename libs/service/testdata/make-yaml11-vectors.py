#!/usr/bin/env python3
"""Writes yaml11-vectors.json: plain scalars, scalars with an explicit tag and merge keys, and what PyYAML's safe_load makes of them.

Usage: make-yaml11-vectors.py FILE [SEED [COUNT]]

Each vector is [text of a document, result]; a result is {"int": text}, {"float": text}, {"bool": value}, {"text": value},
{"none": true}, {"date": ISO text in UTC, cut to milliseconds}, {"list": results}, {"map": {text of key: result}}, or
{"error": name of the exception}. Numbers are texts, since JSON has neither infinity nor integers of any size.
"""
import datetime
import json
import random
import sys

import yaml

WORDS = "y n yes no true false on off null ~ nan inf none".split()
NUMBERS = """
0 -0 +0 00 07 08 010 0o7 0o17 0777 -010 +010 0_7 0_ 0__ 1_000 1__0 1_ _1 -_1 +1 -1 --1 1- 12345678901234567890
9007199254740993 -9007199254740993 0x 0x0 0xff 0XFF -0xFF +0x1_f 0x_ -0x_ 0x_1 0xg 0b 0b0 0b101 -0b1_0 0b_ +0b_ 0b2 0B1
0xffffffffffffffffffff 0b1111111111111111111111111111111111111111111111111111111111 01777777777777777777777777
1:30 -1:30 +1:30 0:30 0:8 00:30 09:30 1:60 1:5 1:05 1:005 190:20:30 1_0:30 1:3_0 1: 1:30: 24:00:00 1:30.5 0:30.5 -1:30.5
+1:30. 1:30.2_5 1_:30. 1:30.e+1 99:59:59:59:59:59:59:59:59:59:59 9:59:59:59:59:59:59:59:59:59:59:59.125
1.0 1. .5 . .. ... .5. -.5 +.2 -.9 ._3 .3_ .3_3 -._3 +.5e+3 .5e+3 .5e3 1e3 1e+3 1.e+3 1.0e3 1.0e+3 1.0E-3 1.0e+ 1.e 1_0.5
1._5 1._ 1__.__ 0.1 00.1 08.5 -0.0 +0.0 -0. 1.7976931348623157e+308 1.8e+308 -1.8e+308 5.0e-324 1.0e-400 1.5_e+3 1.5e+3_0
0.1000000000000000055511151231257827 123456789012345678901234567890.5 1,000 1.2.3 1.10 0x1.8p+1 1.0f 1.0e+1e+1 .e+1 .e1
.inf .Inf .INF .iNf -.inf +.inf -.INF inf .nan .NaN .NAN .Nan -.nan +.nan .infx - + -. +. +.e+1 _ __ 0. 0_.5 1.5:30
""".split()
DATES = """
2024-01-02 2024-1-2 2024-02-30 2024-00-01 2024-13-01 0000-01-01 0001-01-01 9999-12-31 2023-02-29 2024-02-29 02024-01-02
2024-01-02T03:04:05Z 2024-01-02t03:04:05 2024-1-2T3:04:05 2024-01-02T3:4:5 2024-01-02T03:04 2024-01-02T24:00:00
2024-01-02T23:60:00 2024-01-02T23:59:60 2024-01-02T03:04:05.678901 2024-01-02T03:04:05.6 2024-01-02T03:04:05.
2024-01-02T03:04:05.1234567890 2024-01-02T03:04:05+01:00 2024-01-02T03:04:05-1 2024-01-02T03:04:05+1:5
2024-01-02T03:04:05-00:00 2024-01-02T03:04:05+23:59 2024-01-02T03:04:05+24:00 2024-01-02T03:04:05+05:99
2024-01-02T03:04:05+23:99 2024-01-02T03:04:05z
2024-02-30T00:00:00 2024-1-0T00:00:00 2024-01-02T03:04:05.Z 2024-01-02T 2024-01-02TZ
""".split() + [
    "2024-01-02 03:04:05", "2024-01-02   3:04:05.5", "2024-01-02 03:04:05 Z",
    "2024-01-02 03:04:05 +1", "2024-01-02 03:04:05 +01:30", "2024-01-02 03:04:05 - 1", "2024-01-02 03:04", "2001-12-14 21:59:43.10 -5",
]
TEXTS = ["<<", "=", "<", "==", "<<<", "a", "a b", "a:b", "a#b", "a #b", "-a", "?a", ":a", "null null", "1 2", "~~", "~a", "١", "１", "1١"]
TAGGED = [
    (tag, value)
    for tag, values in {
        "int": ["1", "-1", "0x1F", "0b11", "017", "0o17", "08", "1:30", "0:30", "1_0", "1.5", "", "x", "+", "0x", "1e3", "_", "-0", "1:99", "-1:30", "0x_f", "_1"],
        "float": ["1", "1.5", "1e5", "1e+5", "-.5", "+.5", ".inf", "-.Inf", ".nan", "inf", "-Infinity", "nan", "-.nan", "", "x", "1:30", "1:30.5", "0x1",
                  "1_0", "1e400", "017", ".", "e5", "1:1e1", "_1", "INF"],
        "bool": ["yes", "YeS", "tRUE", "oFF", "y", "n", "1", "", "No"],
        "null": ["", "~", "null", "x", "0"],
        "str": ["", "1", "yes", "~", "2024-01-02", "<<", "="],
        "timestamp": ["2024-01-02", "2024-1-2", "x", "", "2024-02-30", "2024-1-2T3:04:05Z", "2024-01-02T03:04:05+01:00"],
        "binary": ["aGVsbG8=", "", "aGVsbG8", "a"],
    }.items()
    for value in values
]
DOCUMENTS = """\
{a: &a {x: 1, y: 2}, b: {<<: *a, y: 3}}
{a: &a {x: 1, y: 2}, b: {y: 3, <<: *a}}
{a: &a {x: 1}, b: &b {x: 2, z: 3}, c: {<<: [*a, *b]}}
{a: &a {x: 1}, b: &b {x: 2, z: 3}, c: {<<: [*b, *a]}}
{a: &a {x: 1}, b: &b {<<: *a, z: 3}, c: {<<: *b}}
{a: &a {x: 1}, b: {"<<": *a}}
{a: &a {x: 1}, b: {'<<': 1, y: 2}}
{a: &a {x: 1}, b: {!!str <<: *a}}
{b: {<<: {x: 1}, y: 2}}
{b: {<<: [], y: 2}}
{b: {<<: [{x: 1}, {x: 2, y: 1}], y: 2}}
{b: {<<: null}}
{b: {<<: 1}}
{b: {<<: [1]}}
{b: {<<: [[{x: 1}]]}}
{b: {<<: }}
{b: <<}
{b: =}
{=: 1}
{=: 1, b: 2}
{y: 1, n: 2, Y: 3, N: 4}
{yes: 1, off: 2}
{1: a, 0x10: b, 010: c, 1:30: d}
{~: 1}
{null: 1}
{1.5: a, .5: b, +.5: c}
{a: y, b: Y, c: n, d: N, e: yes, f: No}
""".splitlines()


def plain(value):
    if value is None:
        return {"none": True}
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, float):
        return {"float": repr(value)}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, datetime.datetime):
        utc = value if value.tzinfo is None else value.astimezone(datetime.timezone.utc)
        return {"date": utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat() + "T00:00:00.000Z"}
    if isinstance(value, bytes):
        return {"bytes": list(value)}
    if isinstance(value, list):
        return {"list": [plain(item) for item in value]}
    return {"map": {key_text(key): plain(item) for key, item in value.items()}}


def key_text(key):
    """A key as JavaScript writes it as a property's name."""
    if key is None:
        return "null"
    if isinstance(key, bool):
        return str(key).lower()
    return str(key)


def load(text):
    try:
        value = yaml.safe_load(text)
    except Exception as error:
        return {"error": type(error).__name__}
    return plain(value)


def mutated(rng, text):
    characters = list(text)
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.randrange(0, len(characters) + 1)
        roll = rng.random()
        if roll < 0.5:
            characters.insert(at, rng.choice("0123456789_.:+-eExXboOaAfFTZ yYnN"))
        elif at < len(characters) and roll < 0.8:
            characters[at] = rng.choice("0123456789_.:+-eExXboOaAfFTZ yYnN")
        elif at < len(characters):
            del characters[at]
    return "".join(characters)


def scalar(rng, seeds):
    roll = rng.random()
    if roll < 0.45:
        return mutated(rng, rng.choice(seeds))
    if roll < 0.55:
        return "".join(rng.choice([letter.lower(), letter.upper()]) for letter in rng.choice(WORDS))
    alphabet = rng.choice(["01289_", "0179_.", "0159:", "019:._-+", "01.eE+-_", "0bx1fF_", "0123456789-T: ", "yYnNoOeEsS", ".infaINFA+-", "=<~", "09oO_"])
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 9)))


def is_scalar(text):
    """Whether both parsers see one plain scalar here, so that only its meaning is in question. PyYAML takes no tab."""
    if text != text.strip() or "\t" in text or ": " in text or " #" in text or text.endswith(":") or text[:2] in ("- ", "? ", ": "):
        return False
    return text not in ("", "-", "?", ":", "--", "---", "...") and text[0] not in "#&*!|>'\"%@`,[]{}"


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    rng = random.Random(seed)
    cases = [form(word) for word in WORDS for form in (str.lower, str.upper, str.capitalize, str.swapcase)]
    seeds = cases + NUMBERS + DATES + TEXTS
    texts = list(seeds)
    while len(texts) < count:
        texts.append(scalar(rng, seeds))
    documents = ["- " + text for text in texts if is_scalar(text)]
    documents += ['- !!%s "%s"' % tagged for tagged in TAGGED] + ["- !!%s %s" % tagged for tagged in TAGGED]
    documents += DOCUMENTS
    vectors = [[text, load(text)] for text in dict.fromkeys(documents)]
    with open(sys.argv[1], "w") as file:
        file.write("[\n%s\n]\n" % ",\n".join("  " + json.dumps(vector) for vector in vectors))


main()
