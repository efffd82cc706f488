"""The front-desk portal: the ground on which the desk's apps stand.

Nothing is imported here: ``bin/`` reads this package with a bare Python, before anything is installed.
"""

__version__ = "0.1.0"
