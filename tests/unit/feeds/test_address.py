import pytest

from sidelook.feeds.address import Address, AddressError, Transport, is_address, parse_address


def test_multicast_group_is_recognised() -> None:
    address = parse_address("udp://239.1.2.3:4607?interface=127.0.0.1")
    assert address == Address(transport=Transport.UDP, host="239.1.2.3", port=4607, interface="127.0.0.1")
    assert address.multicast


def test_senders_and_text_without_options() -> None:
    address = parse_address("udp://127.0.0.1:4607?sender=10.0.0.1&sender=radar.example")
    assert address.senders == ("10.0.0.1", "radar.example")
    assert str(address) == "udp://127.0.0.1:4607"
    assert not address.multicast


def test_listening_tcp_needs_no_host() -> None:
    address = parse_address("tcp://:4607?listen")
    assert address.listen
    assert not address.host


def test_ipv6_host_is_bracketed_again() -> None:
    assert str(parse_address("tcp://[::1]:4607")) == "tcp://[::1]:4607"


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("udp://127.0.0.1:1", True),
        ("tcp://localhost:1", True),
        ("tcp://[::1]:1", True),
        ("udp://239.1.2.3:1?interface=127.0.0.1", True),
        ("udp://239.1.2.3:1", False),
        ("tcp://10.0.0.1:1", False),
        ("tcp://some.where:1", False),
    ],
)
def test_what_leaves_this_machine_is_known(text: str, here: bool) -> None:  # noqa: FBT001 - a table
    assert parse_address(text).here is here


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("http://host:1", "udp://HOST:PORT"),
        ("udp://host", "names no port"),
        ("udp://host:70000", "names no port"),
        ("udp://host:0", "names no port from 1 to 65535"),
        ("tcp://:4607", "names no host"),
        ("tcp://host:1?lisen", "did you mean listen"),
        ("tcp://host:1?sender=a", "only UDP"),
        ("udp://[ff02::1]:1", "only IPv4 multicast"),
    ],
)
def test_what_cannot_be_an_address_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(AddressError, match=advice):
        parse_address(text)


def test_paths_are_not_addresses() -> None:
    assert is_address("udp://x:1")
    assert not is_address("/data/a.4607")
