"""Kinds of columns that the grammar treats alike."""

from datavalut.catalog.model import TypeCategory

TIME_CATEGORIES = frozenset({TypeCategory.DATE, TypeCategory.TIMESTAMP, TypeCategory.TIMESTAMPTZ})
NUMBER_CATEGORIES = frozenset({TypeCategory.INTEGER, TypeCategory.NUMERIC})
