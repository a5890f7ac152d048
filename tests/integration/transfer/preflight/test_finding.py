"""Needs nothing running."""

from datavalut.transfer.preflight.finding import Finding, Severity, listed


def test_few_names_are_listed_whole() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], most=3) == "a, b, c"


def test_of_many_names_the_rest_is_counted() -> None:
    assert listed((f"t{number}" for number in range(20)), most=3) == "t0, t1, t2 and 17 more"


def test_a_sentence_says_what_is_wrong_and_what_to_do() -> None:
    finding = Finding("code", Severity.ERROR, "subject", "It is wrong.", "Mend it.")
    assert finding.sentence() == "It is wrong. Mend it."
