"""What people are called by what they do or became: "cardiologists" of those whose specialty is Cardiology, "dropouts"
of those who have dropped out."""

from collections.abc import Iterator

from datavalut.planning.offline.inflection import agent_stem, singular, stem
from datavalut.planning.offline.synonyms import words
from datavalut.planning.offline.tokens import parts_of

# Columns that hold the name of a field, and not what those who work in it are called.
FIELD_COLUMNS = words("specialty speciality specialization specialisation discipline profession occupation field")
_ENDINGS = (  # of one who works in a field, and of the field
    ("ologist", ("ology",)),
    ("iatrician", ("iatrics",)),
    ("iatrist", ("iatry",)),
    ("etrician", ("etrics",)),
    ("ician", ("ics",)),
    ("icist", ("ics",)),
    ("apist", ("apy",)),
    ("metrist", ("metry",)),
    ("dontist", ("dontics", "dontology")),
    ("etist", ("esia", "esiology", "etics")),
    ("chemist", ("chemistry",)),
    ("dentist", ("dentistry",)),
    ("economist", ("economics",)),
    ("surgeon", ("surgery",)),
    ("historian", ("history",)),
    ("geographer", ("geography",)),
    ("accountant", ("accounting", "accountancy")),
    ("engineer", ("engineering",)),
    ("nurse", ("nursing",)),
    ("lawyer", ("law",)),
)
_NAMING_ONE = ("ee", "er", "or", "ate")


def fields_of(noun: str) -> Iterator[str]:
    """The names of the field that somebody called so may work in: "cardiology" of "cardiologists". `noun` may be of
    several words ("heart surgeons")."""
    *before, last = noun.lower().split() or [""]
    one = singular(last)
    for ending, fields in _ENDINGS:
        if one.endswith(ending):
            yield from (" ".join([*before, one.removesuffix(ending) + field]) for field in fields)
            return


def is_called_by(noun: str, state: str) -> bool:
    """Are those in the state called so? "graduates" have "graduated", "retirees" are "retired", "dropouts" have
    "dropped out"."""
    one = singular(noun.lower()).replace("-", "")
    verb, *particle = parts_of(state)
    if len(particle) == 1:
        return one == stem(verb) + particle[0]
    return not particle and one.endswith(_NAMING_ONE) and stem(verb) in {agent_stem(one), stem(one)} and one != verb
