"""Requests of ours to machines of others: which addresses may be asked, and a client that asks no other."""
