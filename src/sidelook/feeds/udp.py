"""UDP: one datagram is one packet; unicast and IPv4 multicast."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator

from sidelook.feeds.address import Address
from sidelook.feeds.source import Chunk, Counters, FeedError, Pulse, SourceState

QUEUE_LENGTH = 1024  # at most 67 MB of the largest datagrams
RECEIVE_BUFFER = 4 << 20
DATAGRAM_LIMIT = 65_507  # 65,535 less the headers of IPv4 and UDP
MULTICAST_HOPS = 1  # stays on the local network


class DatagramTooLargeError(FeedError):
    """A packet does not fit one datagram; send it over TCP, or encode it with a smaller limit."""


class Inbox(asyncio.DatagramProtocol):
    """Takes datagrams off the socket into a bounded queue; what finds no room is counted, not kept."""

    def __init__(self, pulse: Pulse, senders: frozenset[str]) -> None:
        self.pulse = pulse
        self.senders = senders
        self.queue: asyncio.Queue[Chunk] = asyncio.Queue(QUEUE_LENGTH)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """Queue a datagram if its sender is welcome and there is room."""
        counters = self.pulse.counters
        if self.senders and addr[0] not in self.senders:
            counters.refused += 1
        elif self.queue.full():
            counters.dropped += 1
        else:
            self.queue.put_nowait(self.pulse.beat(data))

    def error_received(self, exc: Exception) -> None:
        """Ignore what the network says about a datagram that never came: the state tells silence."""


class UdpSource:
    """Datagrams that arrive at a local port or a multicast group.

    Parameters
    ----------
    address : where to bind, or the group to join; its ``senders`` are resolved when the source opens
    pulse : clock, silence limit and counters
    """

    def __init__(self, address: Address, pulse: Pulse) -> None:
        self.address = address
        self.name = str(address)
        self.pulse = pulse
        self.port = address.port
        self.opened = asyncio.Event()

    @property
    def counters(self) -> Counters:
        """What it has done so far."""
        return self.pulse.counters

    @property
    def state(self) -> SourceState:
        """How it is now."""
        return self.pulse.state

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Give datagrams as they come, for ever.

        Raises
        ------
        FeedError
            Where the port is taken, the group cannot be joined, or a sender's name is unknown.
        """
        senders = await resolve(self.address.senders)
        with contextlib.closing(open_receiver(self.address)) as endpoint:
            self.port = endpoint.getsockname()[1]
            self.opened.set()
            loop = asyncio.get_running_loop()
            transport, inbox = await loop.create_datagram_endpoint(lambda: Inbox(self.pulse, senders), sock=endpoint)
            try:
                while True:
                    yield await inbox.queue.get()
            finally:
                transport.close()


class UdpSink:
    """Sends each packet as one datagram; a multicast group is reached with a life of one hop."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.name = str(address)
        self.endpoint = open_sender(address)

    async def send(self, packet: bytes) -> None:
        """Send a packet.

        Raises
        ------
        DatagramTooLargeError
            Where it is longer than 65,507 bytes.
        """
        if len(packet) > DATAGRAM_LIMIT:
            message = f"a packet of {len(packet)} bytes does not fit a datagram of {DATAGRAM_LIMIT}: replay to tcp://"
            raise DatagramTooLargeError(message)
        # A local unicast peer that is not there yet refuses the datagram before: UDP promises nothing.
        with contextlib.suppress(ConnectionRefusedError):
            await asyncio.get_running_loop().sock_sendall(self.endpoint, packet)

    async def close(self) -> None:
        """Close the socket."""
        self.endpoint.close()


async def resolve(names: tuple[str, ...]) -> frozenset[str]:
    """Look up the numbers behind names of hosts."""
    loop = asyncio.get_running_loop()
    numbers: set[str] = set()
    for name in names:
        try:
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except OSError as error:
            message = f"the sender {name!r} cannot be found: {error.strerror}"
            raise FeedError(message) from error
        numbers.update(str(entry[4][0]) for entry in found)
    return frozenset(numbers)


def open_receiver(address: Address) -> socket.socket:
    """Bind a socket, join the group if there is one; FeedError where the system refuses."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    endpoint = socket.socket(family, socket.SOCK_DGRAM)
    try:
        endpoint.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        # The system may grant less; a burst then shows as sequence gaps, not as an error.
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if address.multicast:
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            endpoint.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership(address))
        endpoint.bind((address.host, address.port))
    except OSError as error:
        endpoint.close()
        message = f"cannot receive at {address}: {error.strerror or error}"
        raise FeedError(message) from error
    return endpoint


def open_sender(address: Address) -> socket.socket:
    """Make a socket that sends to the address; FeedError where the system refuses."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    endpoint = socket.socket(family, socket.SOCK_DGRAM)
    try:
        endpoint.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        if address.multicast:
            endpoint.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, MULTICAST_HOPS)
            interface = socket.inet_aton(address.interface or "0.0.0.0")  # noqa: S104 - names no interface
            endpoint.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
        endpoint.connect((address.host, address.port))
    except OSError as error:
        endpoint.close()
        message = f"cannot send to {address}: {error.strerror or error}"
        raise FeedError(message) from error
    return endpoint


def membership(address: Address) -> bytes:
    """Build the request to join a group, RFC 1112: group and local interface, four bytes each."""
    interface = address.interface or "0.0.0.0"  # noqa: S104 - the system chooses the interface
    return struct.pack("4s4s", socket.inet_aton(address.host), socket.inet_aton(interface))
