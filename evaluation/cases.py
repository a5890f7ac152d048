"""The prompts with their gold rows, as they stand in the files below `prompts`.

A file holds the prompts of one database. `[simple]` begins a kind. A prompt stands at the beginning of a line, its gold
below it, indented, one table a line:

    Student: gender = 'female'          the rows t of Student for which the SQL holds; "ORDER BY ... LIMIT" may follow
    customers (100): country = 'Chile'  any 100 of these rows
    users (10%): true                   about so many of these rows
    without: audit_log                  the tables left out
    refused                             no plan is right
    or                                  what follows is right too
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATABASES = (
    *("shop", "films", "school", "clinic", "saas", "library", "hr", "bank"),
    *("hotels", "gym", "social", "logistics", "claims", "estate"),
    *("campus", "market", "recruiting"),
    *("bazaar", "college", "fair", "polytechnic", "emporium", "academy"),
    *("delivery", "music", "practice", "airline", "teamwork", "charity"),
    *("lending", "ward", "mobile", "secondary"),
)
HALVES = ("tuning", "held_out")
_PROMPTS = Path(__file__).with_name("prompts")
_ROWS = re.compile(r"(?P<table>\w+)(?: \((?P<share>\d+)(?P<percent>%?)\))?: (?P<condition>.+)")


@dataclass(frozen=True)
class GoldRows:
    """The rows `t` of `table` for which `condition` holds; of them a share, if `rows` or `percent` is given."""

    table: str
    condition: str
    rows: int | None = None
    percent: int | None = None


@dataclass(frozen=True)
class Gold:
    """One right answer."""

    rows: tuple[GoldRows, ...] = ()
    without: frozenset[str] = frozenset()
    refused: bool = False


@dataclass(frozen=True)
class Case:
    database: str
    kind: str
    prompt: str
    golds: tuple[Gold, ...]


def read_cases(half: str) -> list[Case]:
    """A database whose prompts were all used for tuning has no file among those that are held out."""
    files = ((database, _PROMPTS / half / f"{database}.txt") for database in DATABASES)
    return [case for database, file in files if file.exists() for case in _read_file(database, file)]


def _read_file(database: str, file: Path) -> Iterator[Case]:
    kind, prompt, answers = "", "", [Gold()]
    for line in [*file.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith(" "):
            if line.strip() == "or":
                answers.append(Gold())
            else:
                answers[-1] = _with_line(answers[-1], line.strip())
            continue
        if prompt:
            yield Case(database, kind, prompt, tuple(answers))
        prompt, answers = "", [Gold()]
        if line.startswith("["):
            kind = line.strip("[]")
        else:
            prompt = line


def _with_line(gold: Gold, line: str) -> Gold:
    if line == "refused":
        return Gold(refused=True)
    if line.startswith("without: "):
        return Gold(gold.rows, frozenset(line.removeprefix("without: ").split()))
    found = _ROWS.fullmatch(line)
    if found is None:
        raise ValueError(f"no gold: {line}")
    share = int(found["share"]) if found["share"] else None
    rows = GoldRows(
        found["table"],
        found["condition"],
        rows=None if found["percent"] else share,
        percent=share if found["percent"] else None,
    )
    return Gold((*gold.rows, rows), gold.without)
