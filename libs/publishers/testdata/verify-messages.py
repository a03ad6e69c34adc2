"""Checks signatures with Ceilometer's own code.

    verify-messages.py SECRET

Reads one metering message on each line of standard input, and prints how many signatures are right and how many are wrong.
"""
import json
import sys

from ceilometer.publisher.utils import verify_signature

verdicts = [verify_signature(json.loads(line), sys.argv[1]) for line in sys.stdin]
print(verdicts.count(True), verdicts.count(False))
