"""Addresses of feeds as one writes them: ``udp://239.1.2.3:4607``, ``tcp://radar.local:4607?listen``."""

import ipaddress
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

from sidelook.errors import UsageError

OPTIONS = ("listen", "sender", "interface")


class AddressError(UsageError):
    """The text is not the address of a feed; the message shows one that is."""


class Transport(StrEnum):
    """How bytes travel."""

    UDP = "udp"
    TCP = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a feed comes from or goes to.

    Attributes
    ----------
    transport : UDP (one datagram is one packet) or TCP (a stream)
    host : name or number; for a UDP source the local address to bind, or the multicast group to join
    port : 0..65535, 0 lets the system choose
    listen : TCP only: wait for the peer instead of calling it
    senders : names or numbers a UDP source accepts datagrams from; empty accepts all
    interface : number of the local interface that joins or sends to a multicast group; empty lets the system choose
    """

    transport: Transport
    host: str
    port: int
    listen: bool = False
    senders: tuple[str, ...] = ()
    interface: str = ""

    @property
    def multicast(self) -> bool:
        """True where the host is a multicast group."""
        try:
            return ipaddress.ip_address(self.host).is_multicast
        except ValueError:
            return False

    @property
    def here(self) -> bool:
        """True where what is sent does not leave this machine."""
        host = self.interface if self.multicast else self.host
        try:
            return host == "localhost" or ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        """Give the address as one would write it, without its options."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}://{host}:{self.port}"


def is_address(text: str) -> bool:
    """Tell the address of a feed from the path of a file, by its ``scheme://``."""
    return "://" in text


def parse_address(text: str) -> Address:
    """Read an address.

    Parameters
    ----------
    text : ``udp://HOST:PORT`` or ``tcp://HOST:PORT``, with options after ``?``, joined by ``&``: ``listen`` (TCP: wait
        to be called), ``sender=HOST`` (UDP: accept only from there, may be repeated), ``interface=NUMBER`` (multicast)

    Raises
    ------
    AddressError
        Where the scheme, the port or an option is not known, or the port is 0, which nobody could send to.
    """
    parts = urlsplit(text)
    if parts.scheme not in set(Transport):
        message = f"{text!r} is not a feed: write udp://HOST:PORT or tcp://HOST:PORT, e.g. udp://239.1.2.3:4607"
        raise AddressError(message)
    options = parse_qs(parts.query, keep_blank_values=True)
    refuse_unknown(options, text)
    address = Address(
        transport=Transport(parts.scheme),
        host=parts.hostname or "",
        port=read_port(text),
        listen="listen" in options,
        senders=tuple(options.get("sender", ())),
        interface=options.get("interface", [""])[0],
    )
    check(address, text)
    return address


def refuse_unknown(options: dict[str, list[str]], text: str) -> None:
    """Raise for an option nobody knows, naming the nearest one."""
    for name in options:
        if name not in OPTIONS:
            near = get_close_matches(name, OPTIONS, 1) or OPTIONS
            message = f"{text!r}: no option {name!r}; did you mean {' or '.join(near)}?"
            raise AddressError(message)


def read_port(text: str) -> int:
    """Take the port out of an address, which must name one."""
    try:
        port = urlsplit(text).port
    except ValueError:
        port = None
    if not port:
        message = f"{text!r} names no port from 1 to 65535: write for example udp://239.1.2.3:4607"
        raise AddressError(message)
    return port


def check(address: Address, text: str) -> None:
    """Raise where options do not go together."""
    if not address.host and not address.listen and address.transport is Transport.TCP:
        message = f"{text!r} names no host to call; write tcp://HOST:PORT, or tcp://:PORT?listen to be called"
        raise AddressError(message)
    if address.multicast and ":" in address.host:
        message = f"{text!r}: only IPv4 multicast groups can be joined, e.g. udp://239.1.2.3:4607"
        raise AddressError(message)
    if address.senders and address.transport is Transport.TCP:
        message = f"{text!r}: only UDP sources are limited to named senders"
        raise AddressError(message)
