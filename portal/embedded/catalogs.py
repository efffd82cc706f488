"""Compiles the translations (.po to .mo) without GNU gettext. Run as ``python -m portal.embedded.catalogs``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from portal.embedded.places import CHECKOUT
from portal.embedded.problems import Problem, complain


def stale_catalogs() -> list[Path]:
    """The .po files whose .mo is missing or was made from another version."""
    # The apps' own locale folders too, but nothing of .venv or var.
    found = [*CHECKOUT.glob("locale/*/LC_MESSAGES/*.po"), *CHECKOUT.glob("[a-z]*/locale/*/LC_MESSAGES/*.po")]
    return [po for po in sorted(set(found)) if _moment(po) != _moment(po.with_suffix(".mo"))]


def compile_stale_catalogs() -> None:
    """Write the missing .mo files. Raises Problem when a .po is faulty or its folder closed to us."""
    import polib  # not there before the environment is

    for po in stale_catalogs():
        mo = po.with_suffix(".mo")
        unfinished = po.with_suffix(f".mo.{os.getpid()}")
        moment = _moment(po)
        try:
            polib.pofile(str(po)).save_as_mofile(str(unfinished))
            os.utime(unfinished, ns=(moment, moment))  # the same moment marks the pair, older or newer means nothing
            unfinished.replace(mo)
        except PermissionError:
            raise Problem(f"Cannot write {mo}: run this once as the owner of {CHECKOUT}.") from None
        except (OSError, ValueError, UnicodeDecodeError) as fault:
            raise Problem(f"The translation {po} cannot be compiled: {fault}.") from None


def _moment(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


if __name__ == "__main__":
    try:
        compile_stale_catalogs()
    except Problem as problem:
        complain(str(problem))
        sys.exit(1)
