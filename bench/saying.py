"""Words on the screen while it measures; the figures go into files."""

from __future__ import annotations

import sys
import time


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)
