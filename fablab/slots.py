"""Quarters of an hour: what is free, open and allowed. Pure."""
