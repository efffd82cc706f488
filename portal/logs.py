"""What is logged names nobody: numbers of phones and identity cards are masked wherever they came from."""

from __future__ import annotations

import logging
import re

# Not within fractions, ids and hashes.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z.])(?:(?:\+?86)?1[3-9]\d{9}|\d{17}[\dXx])(?![0-9A-Za-z])")


class WithoutNumbers(logging.Formatter):
    """The last stop before a line is written, so that addresses and tracebacks are masked too."""

    def format(self, record: logging.LogRecord) -> str:
        return _NUMBERS.sub(lambda found: f"{found[0][:3]}****{found[0][-4:]}", super().format(record))
