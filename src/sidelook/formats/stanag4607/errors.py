"""What can be wrong with STANAG 4607 bytes, and with what one asks to write."""

from sidelook.errors import InputError, UsageError


class PacketError(InputError):
    """Bytes that are no sound packet.

    Attributes
    ----------
    offset : of the packet or segment in the stream, bytes
    """

    def __init__(self, message: str, *, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset}); read without strict to skip and count it")
        self.offset = offset


class TruncatedPacketError(PacketError):
    """The bytes end before the packet does.

    Attributes
    ----------
    needed, had : bytes of the packet
    """

    def __init__(self, *, needed: int, had: int, offset: int) -> None:
        super().__init__(f"the packet needs {needed} bytes and {had} are there", offset=offset)
        self.needed = needed
        self.had = had


class PacketHeaderError(PacketError):
    """No packet header of a known version and size stands where one must.

    Attributes
    ----------
    version : the two bytes found there
    size : the packet size found there
    """

    def __init__(self, *, version: bytes, size: int, offset: int) -> None:
        super().__init__(f"no packet header: version {version!r}, size {size}", offset=offset)
        self.version = version
        self.size = size


class SegmentSizeError(PacketError):
    """A segment's size runs past its packet or is smaller than its own header.

    Attributes
    ----------
    kind : segment type, S1, -1 where not even a header is left
    size : as sent, S2
    room : bytes left in the packet
    """

    def __init__(self, *, kind: int, size: int, room: int, offset: int) -> None:
        super().__init__(f"segment of type {kind} claims {size} bytes where {room} are left", offset=offset)
        self.kind = kind
        self.size = size
        self.room = room


class DwellSizeError(PacketError):
    """A dwell segment has other bytes than its mask and target count ask for.

    Attributes
    ----------
    needed, had : bytes of the segment
    """

    def __init__(self, *, needed: int, had: int, offset: int) -> None:
        super().__init__(f"the dwell segment needs {needed} bytes and has {had}", offset=offset)
        self.needed = needed
        self.had = had


class ValueRangeError(UsageError):
    """A value cannot be written in its form.

    Attributes
    ----------
    form : as the standard calls it
    value : the one refused
    low, high : what would fit
    """

    def __init__(self, *, form: str, value: float | str, low: float, high: float) -> None:
        super().__init__(f"{value!r} does not fit form {form}, which holds {low} to {high}; change or drop it")
        self.form = form
        self.value = value
        self.low = low
        self.high = high


class UnwritableDwellsError(UsageError):
    """Dwells lack what every dwell segment must say, or bear no readable marking."""
