"""What the dates of a table are dates of, and which of them a time said of its rows is."""

from datavalut.catalog.model import Column, Table, TypeCategory
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import singular, stem
from datavalut.planning.offline.phrases import UnclearError
from datavalut.planning.offline.table_names import is_of, own_stems
from datavalut.planning.offline.type_categories import TIME_CATEGORIES

_STARTS_OF_EVENTS = frozenset({"start", "begin", "depart", "checkin", "schedul", "mak"})
_HAPPENINGS = synonyms.words("start begin depart departur arriv arrival checkin pickup play held perform")


def holds_years(column: Column) -> bool:
    """ "release_year", "year_built", "founded_in"."""
    words = name_words(column.name)
    founded = len(words) == 2 and words[1] == "in" and words[0].endswith(("ed", "ilt"))
    return column.category is TypeCategory.INTEGER and ("year" in {words[0], words[-1]} or founded)


def date_columns(table: Table) -> list[Column]:
    return [column for column in table.columns if column.category in TIME_CATEGORIES]


def births(table: Table) -> list[Column]:
    return [column for column in date_columns(table) if date_stem(table, column) == "birth"]


def date_stem(table: Table, column: Column) -> str:
    """What a date column is the date of: "creat" for created_at, "" for the table's own event (order_date)."""
    words = [word for word in name_words(column.name) if word not in synonyms.DATE_WORDS]
    words = words[:-1] if words[-1:] == ["in"] and holds_years(column) else words
    own = {singular(word) for word in name_words(table.name.name)}
    left = [word for word in words if singular(word) not in own] if len(words) > 1 else words
    if left[:1] == ["valid"] and "".join(left[1:]) in {"until", "till", "to", "through", "thru"}:
        return "expir"
    joined = "".join(stem(word) for word in left)
    return "" if joined in own_stems(table) else joined


def date_stems(table: Table, column: Column) -> frozenset[str]:
    """As `date_stem`, with what a column of the last time is the last time of: "login" for last_login_at."""
    date = date_stem(table, column)
    if date:
        return frozenset({date, date.removeprefix("last")})
    said = "".join(stem(word) for word in name_words(column.name) if word not in synonyms.DATE_WORDS)
    return frozenset({"", said})  # paid_on of payments is the table's own event, and says which are paid


def creation_column(table: Table, position: int, end: int) -> Column:
    """The one date that says when a row of the table came to be.

    That is a date named for its creation (created_at, registered_on, order_date of orders); else the table's
    only date, unless it is known to be another (birth_date, last_update). Raises UnclearError if there is none,
    or more than one.
    """
    return _only_date(table, creation_columns(table), position, end)


def own_date(table: Table, position: int, end: int) -> Column:
    """As `creation_column`, of what a time said of the noun alone can be: not only of the day on which a row was
    made, where the thing happens on another. "Appointments in 2025" may start then, or have been entered then."""
    return _only_date(table, own_dates(table), position, end)


def own_dates(table: Table) -> list[Column]:
    """The dates that `own_date` chooses from."""
    creation = creation_columns(table)
    return [*creation, *_happens_on(table, creation[0])] if len(creation) == 1 else creation


def _only_date(table: Table, columns: list[Column], position: int, end: int) -> Column:
    if len(columns) == 1:
        return columns[0]
    reason = f"{table.name.name} has {'several dates' if columns else 'no date'} that the time could be of"
    names = (f"{table.name.name}.{column.name}" for column in columns or date_columns(table))
    raise UnclearError(position, end, reason, names)


def _happens_on(table: Table, creation: Column) -> list[Column]:
    if date_stem(table, creation) not in synonyms.GENERIC_CREATION_STEMS:
        return []
    lasts = is_of(table, synonyms.LASTING)
    return [
        column
        for column in date_columns(table)
        if column != creation
        and (column.not_null or not lasts)
        and date_stem(table, column).removeprefix("schedul").removeprefix("plan") in {"", *_HAPPENINGS}
    ]


def creation_columns(table: Table) -> list[Column]:
    dates = date_columns(table)
    creation = [column for column in dates if (date_stem(table, column) in {"", *synonyms.CREATION_STEMS})]
    in_years = any(holds_years(column) for column in table.columns)  # acquired_on is no more meant than year_built
    if not creation and len(dates) == 1 and not in_years and not _is_another_date(table, dates[0]):
        return dates
    if not creation and not is_of(table, synonyms.LASTING):  # a trip is of the day on which it began
        starts = [
            column for column in dates if date_stem(table, column).removeprefix("schedul") in {*_STARTS_OF_EVENTS, ""}
        ]
        return starts if len(starts) == 1 else []
    return creation


def _is_another_date(table: Table, column: Column) -> bool:
    own = {singular(word) for word in name_words(table.name.name)}
    return any(stem(word) in synonyms.OTHER_DATE_STEMS for word in name_words(column.name) if singular(word) not in own)
