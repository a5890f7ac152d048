"""Callers' JSON Web Tokens: whose a token is, if it is one of our issuer's for us.

Only tokens that are signed by a key pair are taken, and only by algorithms named here: what a token's own header says
of its algorithm decides nothing. No error here repeats a token or any part of one.
"""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from datavalut.errors import DataValutError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
CLAIMS = ("iss", "aud", "exp", "sub")
LARGEST_TOKEN = 8192  # characters
_LONGEST_SUBJECT = 255  # characters, as OpenID Connect has it

_CLOCK_SKEW_SECONDS = 30
_KEYS_FRESH_SECONDS = 600.0
_BETWEEN_FETCHES_SECONDS = 30.0  # lest tokens with keys of nobody make us ask the issuer over and over
_FETCH_SECONDS = 5
_LARGEST_DOCUMENT = 2**20  # bytes


class TokenRefused(DataValutError):
    """`reason` is for the log: a caller learns only that it is not known."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The token was refused: {reason}.")
        self.reason = reason


class KeysUnavailable(DataValutError):
    """The issuer did not give its keys, so that nobody can be known."""

    def __init__(self, address: str) -> None:
        super().__init__(f"The keys of the issuer could not be fetched from {address}.")
        self.address = address


def fetch_json(address: str) -> Any:
    """Raises KeysUnavailable."""
    request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310 the deployment's
    try:
        with urllib.request.urlopen(request, timeout=_FETCH_SECONDS) as answer:  # noqa: S310
            return json.loads(answer.read(_LARGEST_DOCUMENT))
    except (OSError, ValueError) as error:
        raise KeysUnavailable(address) from error


class IssuerKeys:
    """An issuer's public keys by their ids, fetched when first needed, when they are old, and when a token names one
    that is not among them: issuers change their keys. `address` is that of the key set; None lets it be discovered, as
    OpenID Connect does."""

    def __init__(
        self,
        issuer: str,
        address: str | None,
        fetch: Callable[[str], Any] = fetch_json,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._address = address
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, Any] = {}
        self._fetched_at: float | None = None
        self._lock = threading.Lock()

    def find(self, key_id: str) -> Any | None:
        """Raises KeysUnavailable, unless the key is known from before."""
        with self._lock:
            age = self._clock() - self._fetched_at if self._fetched_at is not None else None
            known = self._keys.get(key_id)
            is_due = age is None or age >= (_KEYS_FRESH_SECONDS if known is not None else _BETWEEN_FETCHES_SECONDS)
            if is_due:
                try:
                    self._keys = self._fetched()
                except KeysUnavailable:
                    if known is None:
                        raise
                    return known  # a key does not become wrong while its issuer is away
                self._fetched_at = self._clock()
            return self._keys.get(key_id)

    def _fetched(self) -> Mapping[str, Any]:
        address = self._address or self._discovered()
        try:
            key_set = jwt.PyJWKSet.from_dict(self._fetch(address))
        except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
            raise KeysUnavailable(address) from error
        return {key.key_id: key.key for key in key_set.keys if key.key_id and key.public_key_use in (None, "sig")}

    def _discovered(self) -> str:
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self._fetch(address)
        if not isinstance(document, dict) or document.get("issuer") != self._issuer:
            raise KeysUnavailable(address)
        return str(document.get("jwks_uri"))


@dataclass(frozen=True)
class TokenVerifier:
    issuer: str
    audience: str
    keys: IssuerKeys

    def principal(self, token: str) -> str:
        """The owner that jobs of the token's caller belong to, as `datavalut.api.owner` has it: issuer and subject.

        Raises TokenRefused, KeysUnavailable.
        """
        if len(token) > LARGEST_TOKEN:
            raise TokenRefused("it is too long")
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenRefused(_reason(error)) from None
        key = self.keys.find(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise TokenRefused("it names no key of the issuer")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self.issuer,
                audience=self.audience,
                leeway=_CLOCK_SKEW_SECONDS,
                options={"require": list(CLAIMS)},
            )
        except (jwt.PyJWTError, TypeError, ValueError) as error:  # the latter two: a key of another kind
            raise TokenRefused(_reason(error)) from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise TokenRefused("its subject is no text of 1 to 255 characters")
        return f"{self.issuer}#{subject}"


def _reason(error: Exception) -> str:
    """By its type: a text could repeat what is in the token."""
    return type(error).__name__
