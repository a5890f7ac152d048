"""The HTTP contract: docs/api.md."""
