"""Needs nothing running. The certificates of the target server: where functions find them, and fetching them."""

import ssl
from pathlib import Path

import pytest

from infra import certificates
from infra.certificates import CertificatesError
from tests.infra.conftest import FUNCTIONS
from tests.infra.template import Template
from tests.infra.test_network import OUTSIDE


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(certificates, "FOLDER", tmp_path / "layer")
    return tmp_path / "layer"


def test_in_aws_every_step_checks_the_target_servers_certificate(aws: Template) -> None:
    (layer,) = (name for name in aws.resources("AWS::Lambda::LayerVersion") if "Certificates" in name)
    for name in set(FUNCTIONS) - OUTSIDE:
        function = aws.functions()[name]
        assert function["Environment"]["Variables"]["TARGET_ROOT_CERTIFICATES"] == certificates.IN_FUNCTIONS
        assert {"Ref": layer} in function["Layers"]


def test_the_layers_file_is_where_functions_look(layer: Path) -> None:
    assert Path(certificates.IN_FUNCTIONS).relative_to("/opt") == Path("rds/global-bundle.pem")
    assert certificates.folder() == layer
    assert (layer / "rds").is_dir()


def test_the_server_has_a_certificate_of_the_kind_that_is_checked(aws: Template) -> None:
    assert aws.only("AWS::RDS::DBInstance")["CACertificateIdentifier"] == "rds-ca-rsa2048-g1"


def test_the_local_stack_has_no_certificates(local: Template) -> None:
    for function in local.functions().values():
        assert "TARGET_ROOT_CERTIFICATES" not in function["Environment"]["Variables"]


def test_what_was_fetched_is_what_the_layer_holds(layer: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("".join(ssl.DER_cert_to_PEM_cert(root) for root in some_roots()))
    certificates.fetch(bundle.as_uri())
    assert (layer / "rds" / "global-bundle.pem").read_text() == bundle.read_text()


def some_roots() -> list[bytes]:
    import certifi

    return ssl.create_default_context(cafile=certifi.where()).get_ca_certs(binary_form=True)[:3]


def test_what_is_no_certificate_does_not_get_into_the_layer(layer: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>Sign in to this network</html>")
    for address in ((tmp_path / "page.html").as_uri(), (tmp_path / "missing.pem").as_uri()):
        with pytest.raises(CertificatesError):
            certificates.fetch(address)
    assert not (layer / "rds" / "global-bundle.pem").exists()
