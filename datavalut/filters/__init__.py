"""The filter language: which rows are meant, as data. See docs/filter-language.md."""
