"""What ``bin/bench`` runs in the environment: the operations that were named, then the report."""

from __future__ import annotations

import argparse
import os
import sys

from bench.comparing import Pace
from bench.databases import here, in_full
from bench.operations import OPERATIONS, Bench
from bench.saying import say


def main() -> int:
    options = _options()
    with Bench(here(), dict(os.environ), options.sizes, Pace.brief() if options.brief else Pace(), options) as bench:
        for name, measure in OPERATIONS.items():
            if name in options.only:
                try:
                    measure(bench)
                except Exception as fault:  # noqa: BLE001 - what cannot be measured is said, and the rest goes on
                    say(f"{name}: {fault}")
                    bench.report.missing[name] = str(fault)
        bench.report.write(bench.state.folder / "results")
    return 1 if bench.report.missing else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description="Measure the portal beside the bare floors and beside django-helpdesk."
    )
    names = ",".join(OPERATIONS)
    parser.add_argument("--sizes", default="10k,100k,1m", help="how many tickets (default %(default)s)")
    parser.add_argument("--only", default=names, help="which operations (default %(default)s)")
    parser.add_argument("--without-peer", action="store_true", help="leave django-helpdesk out")
    parser.add_argument("--brief", action="store_true", help="one short round of each instead of three")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    options = parser.parse_args()
    options.only = options.only.split(",")
    if wrong := set(options.only) - set(OPERATIONS):
        parser.error(f"there is no operation {', '.join(sorted(wrong))}; there are {names}")
    try:
        options.sizes = sorted(in_full(size) for size in options.sizes.split(","))
    except ValueError:
        parser.error("write --sizes like 10k,100k,1m")
    return options


if __name__ == "__main__":
    sys.exit(main())
