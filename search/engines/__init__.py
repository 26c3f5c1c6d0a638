"""The engines, each behind the same protocol (search.types.Engine)."""
