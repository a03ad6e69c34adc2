"""Receives metering messages over UDP or TCP, as a program in Python with msgpack would.

    receive-messages.py udp|tcp [ADDRESS] [--window BYTES]

Prints a JSON object on each line: first {"port": N}, then {"packed": HEX, "json": TEXT} for each message, and for TCP
{"connection": "open"}, {"connection": "closed", "left": BYTES} with the bytes of a frame that did not end. With --window the
receive buffer has that size, and nothing is read until a line comes on standard input.
"""
import json
import socket
import struct
import sys

import msgpack

kind = sys.argv[1]
address = sys.argv[2] if len(sys.argv) > 2 and not sys.argv[2].startswith("-") else "127.0.0.1"
window = int(sys.argv[sys.argv.index("--window") + 1]) if "--window" in sys.argv else None


def say(what):
    print(json.dumps(what), flush=True)


def message(packed):
    unpacked = msgpack.unpackb(packed, raw=False, strict_map_key=True)
    say({"packed": packed.hex(), "json": json.dumps(unpacked)})


family = socket.AF_INET6 if ":" in address else socket.AF_INET
listener = socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
if window:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
else:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
listener.bind((address, 0))
if kind == "tcp":
    listener.listen()
say({"port": listener.getsockname()[1]})

while kind == "udp":
    message(listener.recv(1 << 16))

while True:
    connection, _ = listener.accept()
    say({"connection": "open"})
    if window:
        sys.stdin.readline()
    data = b""
    while True:
        try:
            received = connection.recv(1 << 16)
        except ConnectionError:
            break
        if not received:
            break
        data += received
        while len(data) >= 8:
            (size,) = struct.unpack("<Q", data[:8])
            if len(data) < 8 + size:
                break
            message(data[8:8 + size])
            data = data[8 + size:]
    say({"connection": "closed", "left": len(data)})
    connection.close()
