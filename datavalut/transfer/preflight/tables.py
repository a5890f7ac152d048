"""Whether the source has anything to filter."""

from datavalut.catalog.model import Catalog
from datavalut.transfer.preflight.finding import Finding, Severity


def check_tables(catalog: Catalog) -> tuple[Finding, ...]:
    """An error if there is no table. Whoever asks for rows has then named another database than was meant; a database
    without tables would look like an answer. Catalogs show every user all tables, so none is hidden from this one."""
    if catalog.tables:
        return ()
    return (
        Finding(
            "no_tables",
            Severity.ERROR,
            catalog.database,
            f"The source's database {catalog.database} has no tables.",
            "Check the database's name; foreign tables, and tables of extensions, are not copied and do not count.",
        ),
    )
