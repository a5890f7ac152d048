"""The certificates by which RDS servers prove who they are, as a layer: they are no public ones.

AWS publishes them at one address alone, and adds to them with each region. So each deployment fetches them anew, by a
connection that public certificates vouch for (`fetch`, called by `python -m infra.cdk deploy`). A template that is only
synthesized can do without: functions that find none connect to no target server.
"""

import ssl
import urllib.error
import urllib.request
from pathlib import Path

from infra.packaging import BUILD

ADDRESS = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
FOLDER = BUILD / "certificates"
IN_FUNCTIONS = "/opt/rds/global-bundle.pem"  # where Lambda shows the layer's file

_SECONDS = 30
_LARGEST = 2**21  # bytes


class CertificatesError(Exception):
    """They could not be fetched, or what came is none."""


def folder() -> Path:
    """What the layer is made of, whether there are certificates in it or not."""
    (FOLDER / "rds").mkdir(parents=True, exist_ok=True)
    (FOLDER / "rds" / "ABOUT").write_text(f"global-bundle.pem is {ADDRESS}\n", encoding="utf-8")
    return FOLDER


def fetch(address: str = ADDRESS) -> None:
    """Raises CertificatesError."""
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 the address is ours
            bundle = answer.read(_LARGEST)
        ssl.create_default_context(cadata=bundle.decode("ascii"))
    except (OSError, ValueError, urllib.error.URLError) as error:
        raise CertificatesError(f"the certificates of RDS could not be fetched from {address}: {error}") from error
    (folder() / "rds" / "global-bundle.pem").write_bytes(bundle)
