"""Programs that begin at the same moment: each says that it is ready, waits for a line, and says what it did."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence

from portal.embedded.places import CHECKOUT


def run_together(argv: Sequence[str], env: Mapping[str, str], times: int) -> tuple[list[str], float]:
    """What each printed last, and the seconds until the last had ended. Raises RuntimeError where one failed."""
    started = [
        subprocess.Popen(
            argv,
            env=env,
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(times)
    ]
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()
    began = time.perf_counter()
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    answers = [one.communicate()[0] for one in started]
    elapsed = time.perf_counter() - began
    if failed := [one.args for one in started if one.returncode]:
        raise RuntimeError(f"failed: {failed}")
    return [answer.splitlines()[-1] for answer in answers], elapsed
