"""pypinyin without its words: every reading of each character (in words it would keep one), and 13 MB instead of 57.

Imported where initials are made or shown, so that a process that does neither does without.
"""

import os

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # is read at the import

from pypinyin import Style, pinyin

__all__ = ["Style", "pinyin"]
