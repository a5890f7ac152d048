"""Which addresses a connection may go to, and finding the addresses of a host."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from datavalut.transfer.errors import AddressNotAllowed, HostNotFound

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class AddressPolicy:
    """An address in a denied network and in no allowed one is refused. Without networks, all are permitted."""

    allowed: tuple[Network, ...] = ()
    denied: tuple[Network, ...] = ()

    def permits(self, address: Address) -> bool:
        """Judges an IPv6 address that stands for an IPv4 one as both."""
        return all(
            not _is_in(form, self.denied) or _is_in(form, self.allowed) for form in {address, _embedded(address)}
        ) or _is_in(address, self.allowed)


ANY_ADDRESS = AddressPolicy()


def resolve(host: str, port: int, policy: AddressPolicy) -> tuple[str, ...]:
    """The addresses of a host in the system's order of preference, each permitted by the policy.

    One refused address refuses the host: a name that mixes such addresses with others is not an honest one.
    Raises HostNotFound, AddressNotAllowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise HostNotFound(host) from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(policy.permits(ip_address(address)) for address in addresses):
        raise AddressNotAllowed(host)
    return addresses


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _embedded(address: Address) -> Address:
    """The IPv4 address inside of a mapped, NAT64 or 6to4 address; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or address
