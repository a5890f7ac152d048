"""DataValut: a sentence about your data in, a referentially intact PostgreSQL database of just those rows out."""
