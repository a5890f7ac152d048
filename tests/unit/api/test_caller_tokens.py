"""Whose a token is, and which are refused. Needs nothing."""

import base64
import json
import time
from typing import Any

import pytest

from datavalut.api.caller_tokens import LARGEST_TOKEN, IssuerKeys, KeysUnavailable, TokenRefused, TokenVerifier
from tests.issuer import AUDIENCE, Issuer


@pytest.fixture(scope="module")
def made() -> Issuer:
    """Its keys take a moment to make."""
    issuer = Issuer()
    issuer.make_rsa_key("rsa")
    issuer.make_elliptic_key("elliptic")
    return issuer


@pytest.fixture
def issuer(made: Issuer) -> Issuer:
    return Issuer(private_keys=dict(made.private_keys))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verifier(issuer: Issuer, clock: Clock) -> TokenVerifier:
    return TokenVerifier(issuer.url, AUDIENCE, IssuerKeys(issuer.url, None, issuer.fetch, clock))


def refusal(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        verifier.principal(token)
    return refused.value.reason


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("key", ["rsa", "elliptic"])
def test_a_tokens_caller_is_its_subject_within_its_issuer(issuer: Issuer, verifier: TokenVerifier, key: str) -> None:
    assert verifier.principal(issuer.token(key)) == "https://issuer.example#ada"


def test_one_of_several_audiences_is_enough(issuer: Issuer, verifier: TokenVerifier) -> None:
    assert verifier.principal(issuer.token("rsa", aud=["other", AUDIENCE]))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://other.example"}, "InvalidIssuerError"),
        ({"aud": "other"}, "InvalidAudienceError"),
        ({"exp": 1_000_000_000}, "ExpiredSignatureError"),
        ({"nbf": 4_000_000_000}, "ImmatureSignatureError"),
        *(({claim: None}, "MissingRequiredClaimError") for claim in ("iss", "aud", "exp", "sub")),
    ],
)
def test_a_token_for_others_of_others_or_of_another_time_is_refused(
    issuer: Issuer, verifier: TokenVerifier, claims: dict[str, Any], reason: str
) -> None:
    assert refusal(verifier, issuer.token("rsa", **claims)) == reason


@pytest.mark.parametrize("subject", ["", "a" * 256])
def test_a_subject_must_say_something(issuer: Issuer, verifier: TokenVerifier, subject: str) -> None:
    assert "subject" in refusal(verifier, issuer.token("rsa", sub=subject))


def test_a_token_that_was_changed_is_refused(issuer: Issuer, verifier: TokenVerifier) -> None:
    header, _, signature = issuer.token("rsa").split(".")
    claims = {"iss": issuer.url, "aud": AUDIENCE, "sub": "eve", "exp": int(time.time()) + 3600}
    assert refusal(verifier, f"{header}.{encoded(claims)}.{signature}") == "InvalidSignatureError"


def test_a_key_of_somebody_else_under_the_same_name_is_refused(verifier: TokenVerifier) -> None:
    other = Issuer()
    other.make_rsa_key("rsa")
    assert refusal(verifier, other.token("rsa")) == "InvalidSignatureError"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256"])
def test_what_the_token_says_of_its_algorithm_decides_nothing(
    issuer: Issuer, verifier: TokenVerifier, algorithm: str
) -> None:
    """It could say that it has no signature, or one that is made with the public key, as everybody could."""
    header = encoded({"alg": algorithm, "typ": "JWT", "kid": "rsa"})
    claims = issuer.token("rsa").split(".")[1]
    for signature in ("", "c2lnbmF0dXJl"):
        assert refusal(verifier, f"{header}.{claims}.{signature}") == "InvalidAlgorithmError"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "..", "a" * (LARGEST_TOKEN + 1)])
def test_what_is_no_token_is_refused_without_asking_the_issuer(
    issuer: Issuer, verifier: TokenVerifier, token: str
) -> None:
    refusal(verifier, token)
    assert issuer.asked == []


def test_the_keys_are_asked_for_once(issuer: Issuer, verifier: TokenVerifier) -> None:
    for key in ("rsa", "elliptic", "rsa"):
        verifier.principal(issuer.token(key))
    assert issuer.asked == [f"{issuer.url}/.well-known/openid-configuration", f"{issuer.url}/keys"]


def test_a_new_key_is_found_but_keys_of_nobody_are_not_asked_for_over_and_over(
    issuer: Issuer, verifier: TokenVerifier, clock: Clock
) -> None:
    verifier.principal(issuer.token("rsa"))
    issuer.make_elliptic_key("new")
    refusal(verifier, issuer.token("new"))
    asked = len(issuer.asked)
    refusal(verifier, issuer.token("rsa", headers={"kid": "nobodys"}))
    assert len(issuer.asked) == asked
    clock.now = 31
    assert verifier.principal(issuer.token("new"))


def test_a_key_that_the_issuer_took_back_is_not_trusted_for_long(
    issuer: Issuer, verifier: TokenVerifier, clock: Clock
) -> None:
    token = issuer.token("rsa")
    verifier.principal(token)
    del issuer.private_keys["rsa"]
    clock.now = 601
    assert "no key" in refusal(verifier, token)


def test_an_issuer_that_is_away_is_missed_only_by_those_whose_key_is_not_known(
    issuer: Issuer, verifier: TokenVerifier, clock: Clock
) -> None:
    verifier.principal(issuer.token("rsa"))
    issuer.is_away = True
    clock.now = 601
    assert verifier.principal(issuer.token("rsa"))
    with pytest.raises(KeysUnavailable):
        verifier.principal(issuer.token("rsa", headers={"kid": "new"}))


@pytest.mark.parametrize("documents", [{}, [], None, {"keys": []}, {"issuer": "https://other.example"}])
def test_what_is_no_key_set_is_not_taken_for_one(issuer: Issuer, documents: Any) -> None:
    for address in (None, f"{issuer.url}/keys"):
        verifier = TokenVerifier(issuer.url, AUDIENCE, IssuerKeys(issuer.url, address, lambda _: documents))
        with pytest.raises(KeysUnavailable):
            verifier.principal(issuer.token("rsa"))


def test_no_refusal_repeats_the_token(issuer: Issuer, verifier: TokenVerifier) -> None:
    token = issuer.token("rsa", aud="the-audience-of-others")
    with pytest.raises(TokenRefused) as refused:
        verifier.principal(token)
    assert "the-audience-of-others" not in str(refused.value)
    assert refused.value.__cause__ is None
