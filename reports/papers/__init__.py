"""Papers: what a report counts, freezes and shows (P3)."""
