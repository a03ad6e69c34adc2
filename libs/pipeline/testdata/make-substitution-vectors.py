#!/usr/bin/env python3
"""Writes substitution-vectors.json: random patterns, replacements and texts, and what re.sub of Python makes of them.

Each vector is [pattern, replacement, text, result]; the result is null where Python refuses the pattern or the replacement.
Patterns that repeat what can be empty are left out: they are refused here.
"""
import json
import random
import re
import sys
import warnings

NAMED = ["disk.read.bytes", "disk.device.write.requests", "network.incoming.packets.drop", "cpu", "cpu_util", "B", "ns", ""]
BY_HAND = [
    [r"(disk\.device|disk)\.(read|write)\.(bytes|requests)", r"\1.\2.\3.rate"],
    [r"network\.(incoming|outgoing)\.(bytes|packets)", r"network.\1.\2.rate"],
    [r"(B|request)", r"\1/s"],
    [r"(?P<family>[a-z]+)\.(?P<rest>.*)$", r"\g<rest>_\g<family>$1"],
    [r"^", "x"],
    [r"$", "x"],
    [r"x*", "-"],
    [r"\b", "|"],
    [r"(a)|b", r"[\1]"],
    [r"[^a-d.]+?", r"<\g<0>>"],
]


def atom(rng, depth):
    if depth > 0 and rng.random() < 0.35:
        inner = choice(rng, depth - 1)
        return rng.choice(["(%s)", "(?:%s)", "(%s)"]) % inner
    return rng.choice(["a", "b", "c", r"\.", ".", "[ab]", "[^a]", "[a-c.]", r"\w", r"\d", r"[\d_]", "1", r"\S", r"\-", "[]a]", "[a-]"])


def repeated(rng, depth):
    part = atom(rng, depth)
    roll = rng.random()
    if roll < 0.12:
        return rng.choice(["^", "$", r"\b", r"\B", r"\A", r"\Z"])
    if roll < 0.5:
        return part
    quantifier = rng.choice(["*", "+", "?", "{2}", "{1,2}", "{,2}", "{1,}", "{2"]) + rng.choice(["", "", "?"])
    return part + quantifier


def choice(rng, depth):
    branches = ["".join(repeated(rng, depth) for _ in range(rng.randrange(1, 4))) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    return "|".join(branches)


def can_be_empty(pattern):
    return re.fullmatch(pattern, "") is not None


def repeats_empty(pattern):
    """Whether a group that can be empty is repeated: every group is tried by itself."""
    stack = []
    escaped = in_class = False
    for index, character in enumerate(pattern):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]" or pattern[index - 1] == "["
        elif character == "[":
            in_class = True
        elif character == "(":
            stack.append(index)
        elif character == ")":
            group = pattern[stack.pop():index + 1]
            # Anything that could hold without a character counts: the group is tried without its assertions.
            bare = re.sub(r"(?<!\\)((?:\\\\)*)(?:\\[bBAZ]|\^(?!\])|\$)", r"\1", group) if "[^" not in group else re.sub(r"\\[bBAZ]|\$|(?<!\[)\^", "", group)
            following = pattern[index + 1:index + 2]
            try:
                if following in ("*", "+", "{") and can_be_empty(bare):
                    return True
            except re.error:
                return True
    return False


def main():
    warnings.simplefilter("ignore")
    rng = random.Random(1999)
    vectors = []
    for pattern, replacement in BY_HAND:
        for text in NAMED:
            vectors.append([pattern, replacement, text, re.sub(pattern, replacement, text)])
    while len(vectors) < 3000:
        pattern = choice(rng, 3)
        if len(pattern) > 60:
            continue
        replacement = rng.choice([r"<\g<0>>", r"[\1]", r"\2.\1", "-", "", r"\\x", "&$1"])
        text = "".join(rng.choice("abc.1_-\n" if rng.random() < 0.1 else "abc.1") for _ in range(rng.randrange(0, 12)))
        try:
            if repeats_empty(pattern):
                continue
            result = re.sub(pattern, replacement, text)
        except re.error:
            result = None
        vectors.append([pattern, replacement, text, result])
    with open(sys.argv[1], "w") as file:
        file.write("[\n%s\n]\n" % ",\n".join("  " + json.dumps(vector) for vector in vectors))


main()
