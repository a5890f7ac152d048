"""Phrases that describe one noun, joined: what "and", "or", commas and nothing at all between them mean.

- "and" binds closer than "or".
- Phrases with nothing between them are all meant. If "or" stands among them too, what it joins must begin alike
  ("created in 2023 with no orders or with 3 orders": the "or" is between the two last); else it is unclear.
- A comma in a list stands for the "and" or "or" that follows in it.
- "not this or that" could deny both or only the first: that is unclear too.
"""

from itertools import pairwise

from datavalut.filters.model import Condition
from datavalut.planning.offline.phrases import Clause, UnclearError, all_of, any_of
from datavalut.planning.offline.synonyms import words
from datavalut.planning.offline.tokens import Token

_FRESH_STARTS = frozenset(
    {"who", "that", "which", "whose", "where", "with", "without", "not", "never", "no"}
    | {"have", "has", "are", "is", "were", "was", "do", "does", "did", "except", "excluding", "("}
)
_RELATIVES = frozenset({"who", "that", "which"})
_VERBS = words(
    "have has had are is were was do does did earn earns live lives work works own owns cost costs speak speaks lead "
    "leads manage manages spend spends pay pays"
)
_DENIALS = frozenset({"not", "never"})


def joined(items: list[tuple[str, Clause]], tokens: tuple[Token, ...]) -> Clause:
    """One clause of several, each with its joiner: "and", "or", "," or "" (the first one's means nothing).

    Raises UnclearError where the rules leave a choice.
    """
    clauses = [clause for _, clause in items]
    openings = [tokens[clause.start].lower for clause in clauses]
    joiners = _resolved(items, openings)
    _check_denials(clauses, joiners, openings, tokens)
    if "or" in joiners and ("" in joiners or "and" in joiners):
        groups = _alike_grouped(clauses, joiners, openings)
        if groups is not None:
            condition = all_of(any_of(clause.condition for clause in group) for group in groups)
            meaning = " and ".join(_alternatives(group) for group in groups)
            return _clause(clauses, condition, meaning)
    groups = [[clauses[0]]]
    for joiner, clause in zip(joiners, clauses[1:], strict=True):
        if joiner == "or":
            groups.append([clause])
        else:
            groups[-1].append(clause)
    condition = any_of(all_of(clause.condition for clause in group) for group in groups)
    meaning = " or ".join(
        " and ".join(_within(clause) if len(group) > 1 else clause.meaning for clause in group) for group in groups
    )
    return _clause(clauses, condition, meaning)


def _alternatives(group: list[Clause]) -> str:
    meaning = " or ".join(clause.meaning for clause in group)
    return f"({meaning})" if len(group) > 1 else _within(group[0])


def _within(clause: Clause) -> str:
    """What it means, beside what it is joined to by "and"."""
    return f"({clause.meaning})" if _has_alternatives(clause.meaning) else clause.meaning


def _has_alternatives(meaning: str) -> bool:
    """Does an "or" stand in it outside of parentheses?"""
    return any(
        meaning.startswith(" or ", at) and meaning.count("(", 0, at) == meaning.count(")", 0, at)
        for at in range(len(meaning))
    )


def _clause(clauses: list[Clause], condition: Condition, meaning: str) -> Clause:
    explained = tuple(entry for clause in clauses for entry in clause.explained)
    first, last = clauses[0], clauses[-1]
    return Clause(condition, first.start, last.end, meaning, explained, last.continuation, last.is_state)


def _resolved(items: list[tuple[str, Clause]], openings: list[str]) -> list[str]:
    """The joiners between the clauses, commas resolved."""
    joiners = [joiner for joiner, _ in items[1:]]
    for index in range(len(joiners) - 1, -1, -1):
        if joiners[index] == ",":
            following = joiners[index + 1] if index + 1 < len(joiners) else ""
            alike = len(set(openings[index : index + 3])) == 1
            joiners[index] = following if following != "or" or alike else ""
    return joiners


def _alike_grouped(clauses: list[Clause], joiners: list[str], openings: list[str]) -> list[list[Clause]] | None:
    """The clauses as groups of alternatives; None where "and" alone stands beside "or", and nothing is alike."""
    groups = [[clauses[0]]]
    alike = [left == right for left, right in pairwise(openings if "and" in joiners else _subjects(openings))]
    if "" not in joiners:
        if any(same for same, joiner in zip(alike, joiners, strict=True) if joiner == "or") and len(set(openings)) > 1:
            _raise_unclear(clauses, joiners)
        if len(set(openings)) == 1:
            _raise_unclear(clauses, joiners)
        return None
    if "and" in joiners:
        _raise_unclear(clauses, joiners)
    for joiner, same, clause in zip(joiners, alike, clauses[1:], strict=True):
        if joiner != "or":
            groups.append([clause])
        elif same:
            groups[-1].append(clause)
        else:
            _raise_unclear(clauses, joiners)
    return groups


def _subjects(openings: list[str]) -> list[str]:
    """The openings, with the "who" whose verb goes on ("who are VIPs or have 3 orders") for that verb's."""
    found: list[str] = []
    for opening in openings:
        found.append(found[-1] if found and found[-1] in _RELATIVES and opening in _VERBS else opening)
    return found


def _raise_unclear(clauses: list[Clause], joiners: list[str]) -> None:
    position = joiners.index("or")
    left, right = clauses[position], clauses[position + 1]
    raise UnclearError(
        left.end,
        right.end,
        'what "or" joins here is not clear (parentheses make it so)',
        (f"({left.meaning} or {right.meaning})", f"... or ({right.meaning})"),
    )


def _check_denials(clauses: list[Clause], joiners: list[str], openings: list[str], tokens: tuple[Token, ...]) -> None:
    for position, joiner in enumerate(joiners):
        left, right = clauses[position], clauses[position + 1]
        beginning = {token.lower for token in tokens[left.start : min(left.start + 3, left.end)]}
        if joiner == "or" and beginning & _DENIALS and openings[position + 1] not in _FRESH_STARTS:
            raise UnclearError(
                left.start,
                right.end,
                'does "not" hold for both?',
                (f"{left.meaning} and not ({right.meaning})", f"{left.meaning} or {right.meaning}"),
            )
