"""The job: its record, its states and their legal moves, where it is stored, and its events."""
