#!/usr/bin/env python3
"""Writes expression-vectors.json: random expressions and what Python makes of them.

Each vector is [expression, result]; a result is {"int": text}, {"float": text}, {"bool": value}, {"text": value},
{"none": true}, or {"error": name of the exception}. The names are those of SAMPLE.
"""
import json
import random
import sys

SAMPLE = {
    "volume": 7,
    "unit": "ns",
    "user_id": None,
    "resource_metadata": {"vcpus": 4, "ratio": 2.5, "name": "web-1", "flavor": {"ram": 512}, "empty": {}},
}


class Namespace:
    """Attributes of nested dicts; what is missing is empty, false and of no other use."""

    def __init__(self, seed):
        self.entries = {key: Namespace(value) if isinstance(value, dict) else value for key, value in seed.items()}

    def __getattr__(self, name):
        return self.entries[name] if name in self.entries else Namespace({})

    def __bool__(self):
        return len(self.entries) > 0


def atom(rng):
    return rng.choice([
        lambda: str(rng.randrange(0, 12)),
        lambda: str(rng.choice([0, 1, 2, 10, 1000, 2**53 + 1, 10**17 + 3])),
        lambda: repr(round(rng.uniform(0, 20), rng.randrange(0, 4))),
        lambda: rng.choice(["1e9", "2.5e-3", "1.", ".5", "0.0", "1E+2"]),
        lambda: rng.choice(["volume", "volume", "unit", "user_id"]),
        lambda: "resource_metadata." + rng.choice(["vcpus", "ratio", "name", "flavor", "flavor.ram", "empty", "gone", "gone.too"]),
        lambda: rng.choice(["True", "False", "None"]),
        lambda: rng.choice(["'ns'", '"a"', "''", "'web-1'"]),
    ])()


def number(rng):
    return rng.choice([
        lambda: str(rng.randrange(0, 12)),
        lambda: repr(round(rng.uniform(0, 20), rng.randrange(0, 4))),
        lambda: "volume",
        lambda: "resource_metadata.vcpus",
        lambda: "(resource_metadata.gone or 1)",
    ])()


def expression(rng, depth, leaf):
    if depth == 0 or rng.random() < 0.15:
        return leaf(rng)
    inner = lambda: expression(rng, depth - 1, leaf)
    kind = rng.random()
    if kind < 0.5:
        return inner() + rng.choice([" + ", " - ", "*", " / ", " // ", " % ", " ** "]) + inner()
    if kind < 0.62:
        return "(" + inner() + ")"
    if kind < 0.72:
        return rng.choice(["-", "+", "- -"]) + inner()
    if kind < 0.80:
        return rng.choice(["not ", ""]) + inner()
    if kind < 0.90:
        return inner() + rng.choice([" and ", " or "]) + inner()
    return inner() + rng.choice([" < ", " <= ", " == ", " != ", " > ", " >= "]) + inner() + rng.choice(["", "", " < 5", " == 0"])


def value_of(text):
    names = {key: Namespace(value) if isinstance(value, dict) else value for key, value in SAMPLE.items()}
    try:
        result = eval(text, {"__builtins__": {}}, names)
    except Exception as error:
        return {"error": type(error).__name__}
    if isinstance(result, bool):
        return {"bool": result}
    if isinstance(result, int):
        return {"int": str(result)}
    if isinstance(result, float):
        return {"float": repr(result)}
    if isinstance(result, complex):
        return {"error": "complex"}
    if isinstance(result, str):
        return {"text": result}
    return {"none": True} if result is None else {"mapping": bool(result)}


def huge(text):
    """Whether a power in it may take for ever or leave the bounds that are refused."""
    import ast

    class Powers(ast.NodeVisitor):
        found = False

        def visit_BinOp(self, node):
            self.generic_visit(node)
            if isinstance(node.op, ast.Pow) and not all(
                isinstance(side, (ast.Constant, ast.Name, ast.Attribute)) for side in (node.left, node.right)
            ):
                self.found = True
            if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and isinstance(node.right.value, int) and node.right.value > 20:
                self.found = True

    try:
        powers = Powers()
        powers.visit(ast.parse(text, mode="eval"))
        return powers.found
    except SyntaxError:
        return False


def main():
    rng = random.Random(2015)
    vectors = {}
    while len(vectors) < 3000:
        text = expression(rng, rng.randrange(1, 6), number if len(vectors) % 3 else atom)
        if len(text) > 120 or huge(text) or text in vectors:
            continue
        result = value_of(text)
        if len(json.dumps(result)) > 200:
            continue
        vectors[text] = result
    with open(sys.argv[1], "w") as file:
        rows = ",\n".join("    " + json.dumps([text, result]) for text, result in vectors.items())
        file.write('{\n  "sample": %s,\n  "vectors": [\n%s\n  ]\n}\n' % (json.dumps(SAMPLE), rows))


main()
