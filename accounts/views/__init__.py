"""Pages of settings and organisations."""
