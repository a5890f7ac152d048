"""Needs nothing running. Ports, directories, and who holds a port."""

import socket
from pathlib import Path

import pytest

from local.databases import Passwords
from local.errors import LocalStackError
from local.ports import require_free
from local.postgres import free_port
from local.settings import LocalSettings


def test_without_variables_the_api_is_where_the_contract_has_it() -> None:
    assert LocalSettings.from_environment({}).api_url == "http://localhost:8002/datavalut"


def test_every_port_and_the_directory_can_be_chosen(tmp_path: Path) -> None:
    settings = LocalSettings.from_environment(
        {
            "DATAVALUT_API_PORT": "1",
            "DATAVALUT_POSTGRES_PORT": "2",
            "DATAVALUT_AWS_PORT": "3",
            "DATAVALUT_DIRECTORY": str(tmp_path),
        }
    )
    assert (settings.api_port, settings.postgres_port, settings.aws_port) == (1, 2, 3)
    assert settings.directory == tmp_path


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80 "])
def test_what_is_no_port_is_refused_by_its_variable(text: str) -> None:
    with pytest.raises(LocalStackError, match="DATAVALUT_API_PORT"):
        LocalSettings.from_environment({"DATAVALUT_API_PORT": text})


def test_two_parts_cannot_share_a_port() -> None:
    with pytest.raises(LocalStackError, match="must differ"):
        LocalSettings.from_environment({"DATAVALUT_API_PORT": "5000", "DATAVALUT_AWS_PORT": "5000"})


def test_a_port_in_use_is_told_with_its_holder_and_the_way_out() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(LocalStackError, match=rf"port {port} .* in use by .*process \d+.*DATAVALUT_API_PORT"):
            require_free(port, "API", "DATAVALUT_API_PORT")


def test_a_free_port_is_free() -> None:
    require_free(free_port(), "API", "DATAVALUT_API_PORT")


def test_passwords_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "passwords.json"
    passwords = Passwords.in_file(file)
    assert Passwords.in_file(file) == passwords
    assert file.stat().st_mode & 0o077 == 0
    assert passwords.admin not in repr(passwords)
