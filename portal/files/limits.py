"""How much is taken."""

MOST_BYTES = 10 * 1024 * 1024  # of one file
MOST_FILES = 9  # of one message
