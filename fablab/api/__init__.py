"""API v1 of labs: the same actions as the pages, for programs."""
