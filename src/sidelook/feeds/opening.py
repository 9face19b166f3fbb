"""From an address to the source or sink that speaks its transport."""

from typing import Protocol

from sidelook.feeds.address import Address, Transport
from sidelook.feeds.source import ByteSource, Pulse
from sidelook.feeds.tcp import TcpSink, TcpSource
from sidelook.feeds.udp import UdpSink, UdpSource


class ByteSink(Protocol):
    """Anything that takes packets."""

    name: str

    async def send(self, packet: bytes) -> None:
        """Send one packet."""
        ...

    async def close(self) -> None:
        """Send what is buffered and let go."""
        ...


def open_source(address: Address, pulse: Pulse) -> ByteSource:
    """Make the source for an address; nothing is bound or called before its first chunk is asked for."""
    return UdpSource(address, pulse) if address.transport is Transport.UDP else TcpSource(address, pulse)


def open_sink(address: Address) -> ByteSink:
    """Make the sink for an address; FeedError where it cannot be."""
    return UdpSink(address) if address.transport is Transport.UDP else TcpSink(address)
