"""An owners' register as companies keep it in Excel: understanding it, trying it, letting it in, taking it back (R4).

columns: what a header means; cells: what a cell means; planning: what a row means (all three pure);
reading: the file; entering and undoing: the archive; runs: a file's course; sheets: what we hand out ourselves.
"""
