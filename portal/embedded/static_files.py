"""Tells whether the collected static files are still those of this checkout, so that a second start skips the work."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from portal.embedded.places import CHECKOUT, State


def fingerprint() -> str:
    """A value that changes with any static file of ours and with the packages that bring theirs."""
    digest = hashlib.sha256()
    for name in ("requirements.txt", "constraints.txt", "portal/settings.py"):
        digest.update((CHECKOUT / name).read_bytes())
    for path in sorted(_files()):
        about = path.stat()
        digest.update(os.fsencode(f"{path.relative_to(CHECKOUT)} {about.st_size} {about.st_mtime_ns}\n"))
    return digest.hexdigest()


def are_collected(state: State) -> bool:
    """Whether nothing has changed since they were last collected."""
    try:
        return _note(state).read_text(encoding="utf-8") == fingerprint()
    except OSError:
        return False


def note_collected(state: State) -> None:
    """Remember that they have just been collected."""
    _note(state).write_text(fingerprint(), encoding="utf-8")


def _note(state: State) -> Path:
    return state.static_root / ".collected"


def _files() -> Iterator[Path]:
    tops = [
        folder for folder in CHECKOUT.iterdir() if folder.is_dir() and folder.name[0] != "." and folder.name != "var"
    ]
    for top in tops:
        for folder, _, names in os.walk(top):
            if "static" in Path(folder).relative_to(CHECKOUT).parts:
                yield from (Path(folder, name) for name in names)
