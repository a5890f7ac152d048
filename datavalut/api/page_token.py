"""The list's `next_token`: opaque, and of use only to the caller and the status filter it was made for."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from datavalut.api.errors import InvalidPageToken
from datavalut.jobs.model import JobStatus

_NONCE_BYTES = 12
_SIGNATURE_BYTES = 32
MAX_TOKEN_LENGTH = 500


@dataclass(frozen=True)
class PageTokens:
    """A token is a nonce, the store's key for the next page under a key stream, and a signature of both, of the
    owner and of the filter. The key stream is there so that nobody builds on what a token says inside."""

    key: bytes = field(repr=False)

    def seal(self, after: str, owner: str, status: JobStatus | None) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        hidden = self._under_stream(nonce, after.encode())
        return urlsafe_b64encode(nonce + hidden + self._signature(nonce + hidden, owner, status)).decode().rstrip("=")

    def open(self, token: str, owner: str, status: JobStatus | None) -> str:
        """What `seal` was given as `after`. Raises InvalidPageToken."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidPageToken
        try:
            data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raise InvalidPageToken from None
        signed, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(signed, owner, status)):
            raise InvalidPageToken
        nonce, hidden = signed[:_NONCE_BYTES], signed[_NONCE_BYTES:]
        return self._under_stream(nonce, hidden).decode()

    def _under_stream(self, nonce: bytes, data: bytes) -> bytes:
        """Its own inverse."""
        stream = hashlib.shake_256(self._derived("stream") + nonce).digest(len(data))
        return bytes(byte ^ mask for byte, mask in zip(data, stream, strict=True))

    def _signature(self, signed: bytes, owner: str, status: JobStatus | None) -> bytes:
        bound = hashlib.sha256(owner.encode()).digest() + (status or "").encode()
        return hmac.digest(self._derived("signature"), len(signed).to_bytes(4) + signed + bound, "sha256")

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self.key, b"page token " + purpose.encode(), "sha256")
