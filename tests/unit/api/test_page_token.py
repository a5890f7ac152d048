"""Page tokens. Needs nothing."""

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datavalut.api.errors import InvalidPageToken
from datavalut.api.page_token import PageTokens
from datavalut.jobs.model import JobStatus

TOKENS = PageTokens(b"a key")
AFTER = "2025-07-20T10:30:00.000000+00:00#job_a1b2c3d4e5f6"
statuses = st.none() | st.sampled_from(JobStatus)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


@given(texts, texts, statuses)
def test_a_token_gives_back_what_it_was_made_of(after: str, owner: str, status: JobStatus | None) -> None:
    assert TOKENS.open(TOKENS.seal(after, owner, status), owner, status) == after


@given(texts, texts, texts, statuses, statuses)
def test_a_token_is_bound_to_its_owner_and_filter(
    after: str, owner: str, other: str, status: JobStatus | None, other_status: JobStatus | None
) -> None:
    if (owner, status) == (other, other_status):
        return
    with pytest.raises(InvalidPageToken):
        TOKENS.open(TOKENS.seal(after, owner, status), other, other_status)


@given(st.data())
def test_a_token_with_any_other_character_is_refused(data: st.DataObject) -> None:
    token = TOKENS.seal(AFTER, "ada", None)
    place = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from("ABCDEFabcdef0123456789-_ é=+/"))
    changed = token[:place] + character + token[place + 1 :]
    if decoded(changed) == decoded(token):  # the last character has bits to spare
        return
    with pytest.raises(InvalidPageToken):
        TOKENS.open(changed, "ada", None)


@given(st.text(max_size=600))
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidPageToken):
        TOKENS.open(token, "ada", None)


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidPageToken):
        PageTokens(b"another key").open(TOKENS.seal(AFTER, "ada", None), "ada", None)


def test_a_token_does_not_show_what_is_in_it() -> None:
    token = TOKENS.seal(AFTER, "ada", None)
    assert b"job_" not in (decoded(token) or b"")
    assert token != TOKENS.seal(AFTER, "ada", None)


def decoded(token: str) -> bytes | None:
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
