"""In what a filtered database differs from its source, in sentences for whoever gets it."""

from collections.abc import Collection, Iterable, Iterator

from datavalut.catalog.model import Catalog, ForeignKey, TableName
from datavalut.transfer.left_out import LeftOut
from datavalut.transfer.preflight.finding import listed
from datavalut.transfer.target import DatabaseLocale


def of_large_objects(catalog: Catalog) -> Iterator[str]:
    if catalog.large_objects:
        yield f"{catalog.large_objects} large objects of the source are not copied."


def of_locale(catalog: Catalog, locale: DatabaseLocale) -> Iterator[str]:
    if not locale.is_that_of(catalog):
        wanted = catalog.locale or catalog.collation
        yield f"The target server does not have the source's locale {wanted}: text may sort in another order."


def of_superuser_objects(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f"{name} is left out: only a superuser could make it."


def of_extensions(left_out: LeftOut, told: Collection[str] = ()) -> Iterator[str]:
    """But of those extensions that were `told` before anything was made."""
    for extension in left_out.extensions:
        missing = extension.missing
        if missing.name not in told:
            with_it = f", and with it {listed(extension.servers_and_tables)}" if extension.servers_and_tables else ""
            reason = "only a superuser may create it on" if missing.installable else "it is not available on"
            yield f"EXTENSION {missing.name} is left out, as {reason} the target server{with_it}."


def of_sequences(guessed: Iterable[TableName]) -> Iterator[str]:
    for name in guessed:
        yield f"Sequence {name} may repeat values: the source's user may not read where it stands."


def of_foreign_keys(keys: Iterable[ForeignKey]) -> Iterator[str]:
    for key in keys:
        if not key.validated:
            yield f"Foreign key {described_key(key)} is NOT VALID here as in the source: rows may violate it."


def described_key(key: ForeignKey) -> str:
    columns, parent_columns = ", ".join(key.columns), ", ".join(key.parent_columns)
    return f"{key.child} ({columns}) → {key.parent} ({parent_columns})"
