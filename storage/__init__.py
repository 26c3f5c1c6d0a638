"""Repositories and objects: what is true about designs."""
