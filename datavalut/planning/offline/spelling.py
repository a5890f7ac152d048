"""One spelling for British and American English, and for letters with and without accents; words spelled nearly so."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Before "-ise" or "-ize". Not all that ends in "-ise" has such a twin: advise, exercise, promise.
_MADE_WITH_IZE = (
    "organ|author|categor|special|final|normal|recogn|priorit|custom|optim|summar|initial|synchron|hospital|subsid|"
    "material|local|util|minim|maxim|standard|personal|modern|emphas|capital|central|mobil|stabil|visual"
)
_SAME = (
    (re.compile(r"^(.*[aeiou][^aeiou]+[aeiou])ll(?=ed$|ing$|ation$|er$)"), r"\1l"),  # cancelled, but not called
    (re.compile(rf"^({_MADE_WITH_IZE})is(?=e$|es$|ed$|ing$|ations?$|ers?$)"), r"\1iz"),  # organise, organisation
    (re.compile(r"(?<=[a-z]{3})our(?=s?$|ed$|ing$|ite$|ites$|able$)"), "or"),  # colour, favourite
    (re.compile(r"(?<=[a-z]{3})tre(?=s?$)"), "ter"),  # centre
    (re.compile(r"(?<=[a-z]{3})ogue(?=s?$)"), "og"),  # catalogue
    (re.compile(r"nrolm"), "nrollm"),
    (re.compile(r"^grey"), "gray"),
    (re.compile(r"(?<=licen|defen|offen)ce(?=s?$)"), "se"),
    (re.compile(r"^programme(?=s?$)"), "program"),
    (re.compile(r"^cheque(?=s?$)"), "check"),
    (re.compile(r"paediatr"), "pediatr"),
    (re.compile(r"^(an|h)aem"), r"\1em"),
)
_BETWEEN_WORDS = re.compile(r"(?<=\w)[\s_\-/.]+(?=\w)")
_AROUND_SIGNS = re.compile(r"\s*([^\w\s])\s*")
_LONG_WORD, _SHORTEST_CORRECTED = 8, 4


@lru_cache(maxsize=50_000)
def american(word: str) -> str:
    """One form for the British and the American spelling of a lower-case word; compared only with other such forms."""
    for pattern, form in _SAME:
        word = pattern.sub(form, word)
    return word


def folded(text: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=50_000)
def value_key(text: str) -> str:
    """What two ways to write a value have in common: "in_progress" and "In progress", "O-" and "o -"."""
    joined = _BETWEEN_WORDS.sub(" ", _AROUND_SIGNS.sub(r"\1", folded(text).replace("'", "")).strip())
    return "".join(american(word) for word in joined.split())


def nearly_spelled(word: str, others: Iterable[str], most: int = 2) -> list[str]:
    """Those of `others` that `word` may be a slip of the fingers of: the nearest, within one slip, in a long word two.

    A slip is a letter left out, added, changed or swapped with the next. It is rarely the first letter, and what
    differs at the very end only is another word ("played" and "player"). In four letters only a swap counts.
    """
    nearest: dict[str, int] = {}
    if len(word) < _SHORTEST_CORRECTED:
        return []
    allowed = min(most, 2 if len(word) >= _LONG_WORD else 1)
    for other in others:
        if other == word or other[:1] != word[:1] or abs(len(other) - len(word)) > allowed:
            continue
        swapped = sorted(other) == sorted(word)
        at_the_end = _same_letters(word, other) >= len(word) - 2 and word[-1] != other[-1]
        if not swapped and (len(word) == _SHORTEST_CORRECTED or at_the_end):
            continue
        slips = distance(word, other, allowed)
        if slips is not None:
            nearest[other] = slips
    least = min(nearest.values(), default=0)
    return sorted(other for other, slips in nearest.items() if slips == least)


def _same_letters(left: str, right: str) -> int:
    """How many letters both begin with."""
    different = (index for index, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
    return next(different, min(len(left), len(right)))


def distance(left: str, right: str, most: int) -> int | None:
    """How many letters are left out, added, changed or swapped with the next; None if more than `most`."""
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for row, letter in enumerate(left, start=1):
        current = [row]
        for column, other in enumerate(right, start=1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return None
        before_last, last = last, current
    return last[-1] if last[-1] <= most else None
