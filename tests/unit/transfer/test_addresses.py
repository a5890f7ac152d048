"""Needs nothing."""

from ipaddress import ip_address, ip_network

import pytest

from datavalut.settings import ALWAYS_DENIED_NETWORKS, read_settings
from datavalut.transfer.addresses import ANY_ADDRESS, AddressPolicy, resolve
from datavalut.transfer.errors import AddressNotAllowed, HostNotFound

DEFAULT = AddressPolicy(denied=ALWAYS_DENIED_NETWORKS)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "::1",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
    ],
)
def test_loopback_link_local_and_metadata_addresses_are_refused_in_every_spelling(address: str) -> None:
    assert not DEFAULT.permits(ip_address(address))


@pytest.mark.parametrize("address", ["10.0.0.5", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.5"])
def test_other_addresses_are_permitted(address: str) -> None:
    assert DEFAULT.permits(ip_address(address))


def test_an_allowed_network_makes_an_exception() -> None:
    policy = AddressPolicy(allowed=(ip_network("127.0.0.1/32"),), denied=DEFAULT.denied)
    assert policy.permits(ip_address("127.0.0.1"))
    assert policy.permits(ip_address("::ffff:127.0.0.1"))
    assert not policy.permits(ip_address("127.0.0.2"))


def test_a_policy_without_networks_permits_all() -> None:
    assert ANY_ADDRESS.permits(ip_address("127.0.0.1"))


def test_a_host_that_is_an_address_is_checked_like_any_other() -> None:
    with pytest.raises(AddressNotAllowed) as refusal:
        resolve("127.0.0.1", 5432, DEFAULT)
    assert refusal.value.host == "127.0.0.1"


def test_a_name_with_one_refused_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("192.0.2.1", 5432)), (2, 1, 6, "", ("127.0.0.1", 5432))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(AddressNotAllowed):
        resolve("rebinding.example", 5432, DEFAULT)
    assert resolve("rebinding.example", 5432, ANY_ADDRESS) == ("192.0.2.1", "127.0.0.1")


def test_a_name_that_does_not_resolve_is_not_found() -> None:
    with pytest.raises(HostNotFound):
        resolve("no such host", 5432, ANY_ADDRESS)


def test_what_a_deployment_denies_is_denied_beside_the_built_in_networks() -> None:
    settings = read_settings({"SOURCE_DENIED_NETWORKS": "10.0.0.0/8"})
    policy = AddressPolicy(settings.allowed_networks, settings.denied_networks)
    for address in ("10.1.2.3", "127.0.0.1", "169.254.169.254"):
        assert not policy.permits(ip_address(address))
    assert policy.permits(ip_address("192.0.2.1"))
