"""Rules about existence masks, D1: which fields must come, and which only together."""

from collections.abc import Callable
from dataclasses import dataclass

from sidelook.formats.stanag4607.layouts import DWELL_BITS
from sidelook.formats.stanag4607.rules.finding import Severity

_MANDATORY = (*(f"D{n}" for n in range(2, 10)), *(f"D{n}" for n in range(24, 28)))
_SPARE = 0xFFFF
_REPORT = tuple(f"D32.{n}" for n in range(1, 19))


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRule:
    """A rule about a mask.

    Attributes
    ----------
    name : unique
    severity : how bad it is to break it
    text : what is wrong with the fields found
    test : gives the symbols at fault, none if all is well
    """

    name: str
    severity: Severity
    text: str
    test: Callable[[int], tuple[str, ...]]


def sent(mask: int, symbol: str) -> bool:
    """Tell whether a mask announces a field."""
    return bool(mask >> DWELL_BITS[symbol] & 1)


def _lacking(*symbols: str) -> Callable[[int], tuple[str, ...]]:
    return lambda mask: tuple(symbol for symbol in symbols if not sent(mask, symbol))


def _apart(*symbols: str) -> Callable[[int], tuple[str, ...]]:
    """Make a test that gives the missing ones where some of a group are sent and some are not."""

    def test(mask: int) -> tuple[str, ...]:
        missing = tuple(symbol for symbol in symbols if not sent(mask, symbol))
        return missing if len(missing) < len(symbols) else ()

    return test


def _without(needed: tuple[str, ...], *symbols: str) -> Callable[[int], tuple[str, ...]]:
    """Make a test that gives those sent although what they need is not."""

    def test(mask: int) -> tuple[str, ...]:
        if all(sent(mask, symbol) for symbol in needed):
            return ()
        return tuple(symbol for symbol in symbols if sent(mask, symbol))

    return test


def _spare_bits(mask: int) -> tuple[str, ...]:
    return ("D1",) if mask & _SPARE else ()


def _no_place(mask: int) -> tuple[str, ...]:
    """Find reports without a position in either form."""
    reports = any(sent(mask, symbol) for symbol in _REPORT)
    return ("D32.2",) if reports and not sent(mask, "D32.2") and not sent(mask, "D32.4") else ()


def _two_places(mask: int) -> tuple[str, ...]:
    return ("D32.4",) if sent(mask, "D32.2") and sent(mask, "D32.4") else ()


def _rule(name: str, severity: Severity, text: str, test: Callable[[int], tuple[str, ...]]) -> MaskRule:
    return MaskRule(name=name, severity=severity, text=text, test=test)


_E, _W = Severity.ERROR, Severity.WARNING

MASK_RULES: tuple[MaskRule, ...] = (
    _rule("mandatory-fields", _E, "mandatory, and not sent", _lacking(*_MANDATORY)),
    _rule("spare-mask-bits", _W, "bits 15 to 0 of the mask are spare and must be 0", _spare_bits),
    _rule("scale-factors", _E, "deltas and their scale factors come together", _apart("D10", "D11", "D32.4", "D32.5")),
    _rule("sensor-position-errors", _W, "D12 to D14 come together", _apart("D12", "D13", "D14")),
    _rule("sensor-motion", _W, "D15 to D17 come together", _apart("D15", "D16", "D17")),
    _rule("sensor-motion-errors", _W, "D18 to D20 come together", _apart("D18", "D19", "D20")),
    _rule("platform-attitude", _W, "D21 to D23 come together", _apart("D21", "D22", "D23")),
    _rule("target-position", _E, "latitude and longitude come together", _apart("D32.2", "D32.3")),
    _rule("target-placed", _E, "reports say no position", _no_place),
    _rule("target-placed-once", _W, "reports say their position in both forms", _two_places),
    _rule("velocity-and-wrap", _W, "D32.7 and D32.8 come together", _apart("D32.7", "D32.8")),
    _rule("truth-tag", _W, "D32.16 and D32.17 come together", _apart("D32.16", "D32.17")),
    _rule("error-of-height", _W, "an error of the height without the height", _without(("D32.6",), "D32.14")),
    _rule("error-of-velocity", _W, "an error of the velocity without the velocity", _without(("D32.7",), "D32.15")),
    _rule(
        "errors-need-sensor-errors",
        _W,
        "errors of a report without those of the sensor, D12 to D14",
        _without(("D12", "D13", "D14"), "D32.12", "D32.13", "D32.14", "D32.15"),
    ),
)
