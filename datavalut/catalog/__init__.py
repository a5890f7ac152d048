"""What a source database is: its tables, columns, keys and sizes."""
