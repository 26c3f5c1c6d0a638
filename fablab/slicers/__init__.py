"""One door for each slicer."""
