"""Bare repositories: the only door to git. Knows no Django."""
