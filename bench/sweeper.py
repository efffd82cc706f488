"""One sweep in a process of its own: says that it is ready, waits for a line, sweeps, says what it did as JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()


def main() -> None:
    from portal.promises import clock
    from portal.promises.sweeping import sweep

    clock.now()  # the connection is there
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    tally = sweep()
    seconds = time.perf_counter() - began
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"timers": tally.timers, "seconds": seconds, "rss_mib": rss}), flush=True)


main()
