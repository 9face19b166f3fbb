import io

import pytest

from sidelook.formats.nitf_kind import CutShortError, kind_of_nitf


def nitf(after: bytes, length: bytes | None = None, begin: bytes = b"NITF02.10") -> io.BytesIO:
    said = length or f"{354 + len(after):012d}".encode()
    return io.BytesIO(begin.ljust(342, b" ") + said + after)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (nitf(b"<SICD xmlns='urn:SICD:1.4.0'"), "SICD"),
        (nitf(b"<SIDD xmlns='urn:SIDD:3.0.0'"), "SIDD"),
        (nitf(b"<SICD xmlns='urn:SICD:1.4.0' <SIDD xmlns='urn:SIDD:3.0.0'"), "SIDD"),
        (nitf(b"<SIDD xmlns='urn:SIDD:3.0.0'", begin=b"NSIF01.00"), "SIDD"),
        (nitf(b"urn:SICD:1.4.0", length=b"9" * 12), "SICD"),
        (nitf(b"urn:SICD:1.4.0", length=b"not a number"), "SICD"),
        (nitf(b"pixels"), None),
        (io.BytesIO(b"II*\x00 urn:SIDD:3.0.0"), None),
        (io.BytesIO(b""), None),
    ],
)
def test_a_nitf_is_told_by_what_it_says_of_itself(file: io.BytesIO, kind: str | None) -> None:
    file.seek(3)
    assert kind_of_nitf(file, source="a") == kind
    assert file.tell() == 0


def test_one_that_is_cut_short_is_not_taken_for_another_kind() -> None:
    with pytest.raises(CutShortError, match="within its header"):
        kind_of_nitf(io.BytesIO(b"NITF02.10 and nothing more"), source="a.nitf")
    with pytest.raises(CutShortError, match=r"a\.nitf is cut short: it has 360 of its 5,000 bytes"):
        kind_of_nitf(nitf(b"pixels", length=b"000000005000"), source="a.nitf")
