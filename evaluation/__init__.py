"""How often the offline planner is right, refuses, or is silently wrong: `make eval`."""
