"""Calls virConnectGetAllDomainStats of libvirt's own C library, once for each line on standard input.

Usage: c-library.py URI STATS FLAGS. Answers each line with one of JSON: wall and CPU time of the call alone (with the
decoding that the library does, and the freeing of the result), and the number of domains. No binding is needed: the
library is called directly.
"""

import ctypes
import json
import resource
import sys
import time

READY = "ready"


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


def main():
    uri, stats, flags = sys.argv[1], int(sys.argv[2], 0), int(sys.argv[3], 0)
    library = ctypes.CDLL("libvirt.so.0")
    library.virConnectOpenReadOnly.restype = ctypes.c_void_p
    library.virConnectOpenReadOnly.argtypes = [ctypes.c_char_p]
    call = library.virConnectGetAllDomainStats
    call.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_uint]
    free = library.virDomainStatsRecordListFree
    free.argtypes = [ctypes.c_void_p]

    connection = library.virConnectOpenReadOnly(uri.encode())
    if not connection:
        sys.exit("cannot connect to " + uri)
    print(READY, flush=True)
    for _ in sys.stdin:
        records = ctypes.c_void_p()
        cpu_before = cpu_ms()
        began = time.perf_counter()
        domains = call(connection, stats, ctypes.byref(records), flags)
        if domains < 0:
            sys.exit("virConnectGetAllDomainStats failed")
        free(records)
        wall_ms = (time.perf_counter() - began) * 1000
        print(json.dumps({"wallMs": wall_ms, "cpuMs": cpu_ms() - cpu_before, "guestsSeen": domains}), flush=True)


main()
