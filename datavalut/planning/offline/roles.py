"""What foreign keys are named for: "own" for owner_id, "assign" for assignee_id, "creat" for created_by."""

from functools import lru_cache

from datavalut.catalog.model import ForeignKey
from datavalut.planning.offline import synonyms
from datavalut.planning.offline.abbreviations import name_words
from datavalut.planning.offline.inflection import agent_stem, singular, stem

_GIVEN = frozenset({"assigned", "allocated", "appointed"})
_OF_KEYS = frozenset({"id", "by", "to", "key", "fk", "uuid", "code"})


@lru_cache(maxsize=10_000)
def role_stems(key: ForeignKey) -> frozenset[str]:
    """The stems of what the parent does to the child; none for a key that is named after its parent only."""
    if len(key.columns) != 1:
        return frozenset()
    words, parent = _words(key)
    singulars = [singular(word) for word in words]
    if not words or singulars[-len(parent) :] == parent:
        return frozenset()  # a substitute_trainer_id says nothing of who trains
    done = frozenset(stem(word) for word in words[:-1] if word in _GIVEN)  # "assigned_agent_id"; "featured" says less
    return frozenset({stem(words[-1]), agent_stem(words[-1])}) | synonyms.verbs_of_role(words[-1]) | done


@lru_cache(maxsize=10_000)
def stems_before_parent(key: ForeignKey) -> frozenset[str]:
    """What stands before the parent's name in the key's: "start" for a start_station_id of stations."""
    if len(key.columns) != 1:
        return frozenset()
    words, parent = _words(key)
    said = len(words) > len(parent) and [singular(word) for word in words[-len(parent) :]] == parent
    return frozenset({stem(words[-len(parent) - 1])}) if said else frozenset()


@lru_cache(maxsize=10_000)
def stems_of_giving(key: ForeignKey) -> frozenset[str]:
    """ "assign" for an assigned_agent_id of agents: the row is given to the one that it leads to."""
    words, parent = _words(key) if len(key.columns) == 1 else ([], [])
    given = words[: -len(parent)] if [singular(word) for word in words[-len(parent) :]] == parent else []
    return frozenset(stem(word) for word in given if word in _GIVEN)


def _words(key: ForeignKey) -> tuple[list[str], list[str]]:
    words = [word for word in name_words(key.columns[0]) if word not in _OF_KEYS]
    return words, [singular(word) for word in name_words(key.parent.name)]
