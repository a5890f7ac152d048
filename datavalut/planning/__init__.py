"""From a sentence to a filter plan."""
