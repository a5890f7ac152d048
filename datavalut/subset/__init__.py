"""Which rows a filtered database keeps: docs/semantics.md as a plan and as SQL."""
