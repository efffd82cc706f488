"""A file's name as it may be shown and sent back: no path, no control or direction characters, the true ending."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 100


def clean_name(sent: str, ending: str) -> str:
    """``sent`` reduced to a name, with ``ending`` ("jpg") in place of its own."""
    last = re.split(r"[/\\]", sent)[-1]
    # C: control, format (the right-to-left override among them), surrogates, unassigned; Z: odd blanks and line ends.
    shown = "".join(" " if unicodedata.category(c)[0] == "Z" else c for c in last if unicodedata.category(c)[0] != "C")
    stem = re.sub(r'[<>:"|?*]', "", shown).strip(" .").rpartition(".")
    words = (stem[0] or stem[2]).strip(" .")[:MOST_CHARACTERS].strip(" .")
    return f"{words or 'file'}.{ending}"
