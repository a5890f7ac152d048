"""What holds for every sentence that the offline planner understands. Needs nothing running."""

import string
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from datavalut.catalog.model import Catalog
from datavalut.filters.model import FilterPlan, Refusal
from datavalut.planning.offline import plan_offline
from datavalut.planning.offline.tokens import tokenize
from tests.unit.planning.offline.catalogs import SHOP
from tests.unit.planning.offline.test_understood import SEVERAL_SUBJECTS, UNDERSTOOD, understood

CASES: list[tuple[Catalog, str]] = [(catalog, prompt) for catalog, prompt, _ in UNDERSTOOD]
CASES += [(SHOP, prompt) for prompt, _ in SEVERAL_SUBJECTS]
# Several words in capitals are one value only by their capitals, and a column's letters count inside an array.
WITHOUT_MEANING_IN_CAPITALS = [
    case for case in CASES if not any(words in case[1] for words in ("New York", "Nick Wahlberg", "containing"))
]

unknown_words = st.text(alphabet=string.ascii_lowercase, min_size=4, max_size=9).map(lambda word: f"zz{word}xq")


def rows_meant(plan: FilterPlan) -> dict[str, object]:
    """The plan without the words that led to it; texts are compared without case, as they match without."""
    return plan.model_copy(update={"reading": "", "evidence": ()}).model_dump(mode="json")


def folded(value: object) -> object:
    match value:
        case str():
            return value.casefold()
        case dict():
            return {key: folded(part) for key, part in value.items()}
        case list() | tuple():
            return [folded(part) for part in value]
    return value


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CASES), unknown_words)
def test_an_unknown_word_at_the_end_is_never_passed_over(case: tuple[Catalog, str], word: str) -> None:
    catalog, prompt = case
    answer = plan_offline(f"{prompt} {word}", catalog)
    assert isinstance(answer, Refusal)
    assert word in " ".join(entry.words for entry in answer.not_understood)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CASES), unknown_words, st.data())
def test_an_unknown_word_anywhere_is_in_the_plan_as_a_value_or_refused(
    case: tuple[Catalog, str], word: str, data: st.DataObject
) -> None:
    catalog, prompt = case
    words = prompt.split(" ")
    position = data.draw(st.integers(0, len(words)))
    answer = plan_offline(" ".join([*words[:position], word, *words[position:]]), catalog)
    if isinstance(answer, FilterPlan):
        assert word in str(rows_meant(answer))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(WITHOUT_MEANING_IN_CAPITALS), st.sampled_from([str.lower, str.upper, str.title, str.swapcase]))
def test_capitals_change_nothing(case: tuple[Catalog, str], change: Callable[[str], str]) -> None:
    catalog, prompt = case
    answer = understood(change(prompt), catalog)
    assert folded(rows_meant(answer)) == folded(rows_meant(understood(prompt, catalog)))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(CASES),
    st.sampled_from(["", ".", "!", "?", "...", " ."]),
    st.sampled_from([" ", "   ", "\n", " \t"]),
)
def test_spaces_and_the_sentences_end_change_nothing(case: tuple[Catalog, str], end: str, space: str) -> None:
    catalog, prompt = case
    answer = understood(space + prompt.replace(" ", space) + end, catalog) if "'" not in prompt else None
    if answer is not None:
        assert rows_meant(answer) == rows_meant(understood(prompt, catalog))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CASES))
def test_the_same_prompt_gives_the_same_plan(case: tuple[Catalog, str]) -> None:
    catalog, prompt = case
    assert plan_offline(prompt, catalog) == plan_offline(prompt, catalog)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CASES))
def test_every_number_of_a_prompt_is_in_its_evidence(case: tuple[Catalog, str]) -> None:
    catalog, prompt = case
    evidence = " ".join(entry.words for entry in understood(prompt, catalog).evidence)
    for token in tokenize(prompt):
        if token.number is not None:
            assert token.text in evidence


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_answered(prompt: str) -> None:
    assert isinstance(plan_offline(prompt, SHOP), FilterPlan | Refusal)


WORDS = sorted({word for _, prompt in CASES for word in prompt.split(" ")})


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_any_sequence_of_known_words_is_answered(words: list[str]) -> None:
    assert isinstance(plan_offline(" ".join(words), SHOP), FilterPlan | Refusal)
