"""Drills: the faults, races and repeats that the portal promises to stand, made on purpose and counted."""
