"""Work that must happen: rows with a lease, the worker that takes them, the supervisor over it."""
