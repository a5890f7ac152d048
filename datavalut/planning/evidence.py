"""Whether a language model's plan is explained: by a reading, and by evidence whose words are the prompt's own."""

import re
import unicodedata

from datavalut.filters.model import Evidence, FilterPlan

_LEFT_OUT = re.compile(r"\.{3}|…")


def faults_of_explanation(plan: FilterPlan, prompt: str) -> tuple[str, ...]:
    """A sentence for each, for the plan's author."""
    faults = [] if plan.reading.strip() else ["reading: is empty"]
    if not plan.evidence:
        faults.append("evidence: is empty")
    faults += [
        f"evidence[{index}].words: are not words of the request"
        for index, evidence in enumerate(plan.evidence)
        if not _is_quoted(evidence, prompt)
    ]
    return tuple(faults)


def with_true_evidence(plan: FilterPlan, prompt: str) -> FilterPlan:
    """Without what quotes other words than the prompt's."""
    return plan.model_copy(
        update={"evidence": tuple(evidence for evidence in plan.evidence if _is_quoted(evidence, prompt))}
    )


def _is_quoted(evidence: Evidence, prompt: str) -> bool:
    """Capitals, blanks, quotes and punctuation are not compared, and dots may stand for words between."""
    parts = [_letters_and_digits(part) for part in _LEFT_OUT.split(evidence.words)]
    if not any(parts):
        # Nothing but signs, as ">".
        return bool(evidence.words.strip()) and evidence.words.strip() in prompt
    position, text = 0, _letters_and_digits(prompt)
    for part in parts:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return True


def _letters_and_digits(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
