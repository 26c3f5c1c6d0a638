"""Sample people and designs of our own, made by code at the first run."""
