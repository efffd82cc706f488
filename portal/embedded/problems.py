"""Refusals that end a command with one plain sentence and exit status 1."""

from __future__ import annotations

import sys


class Problem(Exception):
    """Something the person at the keyboard can put right; its text says what and how."""


def say(text: str) -> None:
    """Print one line for the person at the keyboard. A closed or broken standard output is no reason to stop."""
    try:
        print(text, flush=True)
    except OSError:
        pass


def complain(text: str) -> None:
    """Print one line on standard error."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        pass
