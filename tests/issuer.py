"""An issuer of tokens: its keys, the documents that it serves, and a server for them."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from datavalut.api.caller_tokens import KeysUnavailable

AUDIENCE = "datavalut"


@dataclass
class Issuer:
    """`asked` are the addresses that were asked for, while it was not away."""

    url: str = "https://issuer.example"
    private_keys: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_away: bool = False

    def make_rsa_key(self, key_id: str) -> None:
        self.private_keys[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def make_elliptic_key(self, key_id: str) -> None:
        self.private_keys[key_id] = ec.generate_private_key(ec.SECP256R1())

    def token(self, key_id: str, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """Valid for an hour, for the subject `ada`; a claim that is None is left out."""
        now = int(time.time())
        all_claims = {"iss": self.url, "aud": AUDIENCE, "sub": "ada", "iat": now, "exp": now + 3600, **claims}
        key = self.private_keys[key_id]
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        said = {name: value for name, value in all_claims.items() if value is not None}
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": key_id, **(headers or {})})

    def key_set(self) -> dict[str, Any]:
        return {"keys": [self._public(key_id, key) for key_id, key in self.private_keys.items()]}

    @staticmethod
    def _public(key_id: str, key: Any) -> dict[str, Any]:
        algorithm: Any = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
        described: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
        return {**described, "kid": key_id, "use": "sig"}

    def fetch(self, address: str) -> Any:
        """In place of HTTP."""
        if self.is_away:
            raise KeysUnavailable(address)
        self.asked.append(address)
        if address == f"{self.url}/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        if address == f"{self.url}/keys":
            return self.key_set()
        raise AssertionError(address)


@contextmanager
def serving_issuer() -> Iterator[Issuer]:
    """On a port of 127.0.0.1."""
    issuer = Issuer()

    class Documents(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(issuer.fetch(f"{issuer.url}{self.path}")).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Documents) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
