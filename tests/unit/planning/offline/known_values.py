"""Values that the columns of the tests' catalogs hold, as a source would tell them."""

from datavalut.catalog.model import TableName

KnownValues = dict[tuple[str, str], tuple[str, ...]]

OF_THE_SHOP: KnownValues = {
    ("customers", "country"): ("Canada", "France", "Germany", "US"),
    ("customers", "city"): ("Berlin", "New York", "Québec"),
    ("products", "name"): ("Desk lamp", "Product 12"),
    ("categories", "name"): ("Books", "Toys", "Comics"),
    ("employees", "full_name"): ("Ada Berg", "Ben Costa"),
}
OF_PAGILA: KnownValues = {
    ("actor", "first_name"): ("Nick", "Uma"),
    ("actor", "last_name"): ("Davis", "Wahlberg"),
    ("category", "name"): ("Action", "Comedy", "Horror"),
    ("country", "country"): ("Canada", "United Kingdom", "United States"),
    ("city", "city"): ("London", "Lethbridge"),
    ("customer", "first_name"): ("Mary", "Nick"),
    ("customer", "last_name"): ("Smith",),
    ("language", "name"): ("English", "Italian"),
    ("staff", "first_name"): ("Mike",),
    ("staff", "last_name"): ("Hillyer",),
}


class FixedValues:
    """`ColumnValues` of the values given. `asked` are the columns that were looked up."""

    def __init__(self, known: KnownValues) -> None:
        self._known = known
        self.asked: set[tuple[str, str]] = set()

    def values(self, table: TableName, column: str) -> tuple[str, ...] | None:
        self.asked.add((table.name, column))
        return self._known.get((table.name, column))

    def survey(self, columns: tuple[tuple[TableName, str], ...]) -> dict[tuple[TableName, str], tuple[str, ...] | None]:
        return {(table, column): self.values(table, column) for table, column in columns}
