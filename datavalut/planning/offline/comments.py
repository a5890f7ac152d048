"""What comments in a catalog say of codes and names: "O = open, C = closed", "date of loss"."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from datavalut.planning.offline.tokens import parts_of

_ENTRIES = re.compile(r"[;,|\n/]|\.\s")
_ENTRY = re.compile(r"^\W*(?P<code>\w+)\W*\s*(?:=>?|:|-+>?|\(|is|means|for|\s)\s*(?P<label>[^()]+?)\)?\W*$")
_END_OF_A_CLAUSE = re.compile(r"[.,;:()=/]|\s-+\s|\s+(?:Y|N|yes|no|flag|indicator)\b", re.IGNORECASE)
_BEFORE_A_FLAG = re.compile(r"^(?:Y|1|T|yes|true|flag|set)\s*(?:if|when|for|=|:)\s*", re.IGNORECASE)
_END_OF_A_NAME = re.compile(r"[.,;:()=/]|\s-+\s|\s(?:of|in|for|by|with|made|from|when|where|which|that|to|as|if|on)\s")
_MOST_OF_A_COMMENT = 1_000  # characters
_LONGEST_NAME = 3  # words
_LONGEST_LABEL = 4


def labels_of_codes(comment: str | None, codes: Iterable[str]) -> Mapping[str, str]:
    """The labels that the comment tells of `codes`; none unless it tells of at least two."""
    known = {*codes}
    found: dict[str, str] = {}
    for entry in _ENTRIES.split((comment or "")[:_MOST_OF_A_COMMENT]):
        for said in (entry, entry.split(":", 1)[-1], entry.split("(", 1)[-1]):  # "status: O = open", "status (O=open"
            match = _ENTRY.match(said)
            if match is not None and match["code"] in known and len(match["label"].split()) <= _LONGEST_LABEL:
                found.setdefault(match["code"], match["label"])
    return found if len(found) > 1 else {}


@lru_cache(maxsize=20_000)
def name_in(comment: str | None) -> tuple[str, ...]:
    """The words at the comment's beginning that name what it is a comment on; none if it begins with a sentence."""
    text = _BEFORE_A_FLAG.sub("", (comment or "")[:_MOST_OF_A_COMMENT].strip())
    for end in (_END_OF_A_CLAUSE, _END_OF_A_NAME):
        words = parts_of(end.split(text, maxsplit=1)[0])
        words = words[1:] if words[:1] and words[0] in {"the", "a", "an"} else words
        if words and len(words) <= _LONGEST_NAME:
            return words
    return ()
