"""What commands say: progress on a terminal, one answer on the standard output."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec

Advance: TypeAlias = Callable[[int], None]
"""Told how many bytes, or whatever is counted, more are done."""


def marking_words(marking: str, *, simulated: bool) -> str:
    """Say under what marking something is, and whether it is real."""
    return f"{marking}{', simulated' if simulated else ''}"


@contextmanager
def progress(doing: str, total: int | None, unit: str = "") -> Iterator[Advance]:
    """Show how far long work is, on the error stream and only where that is a terminal.

    Parameters
    ----------
    doing : what, as a present participle
    total : to do, None where there is no end
    unit : of what is counted, in the plural; bytes where it is not named
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with terminal_progress(doing, total, unit) as advance:
        yield advance


@contextmanager
def terminal_progress(doing: str, total: int | None, unit: str) -> Iterator[Advance]:
    """Draw the bar; rich is needed by nothing else, so it is imported here alone."""
    from rich import progress as bars  # noqa: PLC0415 - heavy, and only for terminals
    from rich.console import Console  # noqa: PLC0415 - likewise

    counted = bars.TextColumn(f"{{task.completed:,.0f}} of {{task.total:,.0f}} {unit}")
    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        *((counted,) if unit else (bars.DownloadColumn(), bars.TransferSpeedColumn())),
        bars.TimeRemainingColumn(elapsed_when_finished=True),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda octets: bar.advance(task, octets)


def answer(report: object, text: str, *, as_json: bool) -> None:
    """Print a report: the text for people, or its fields as one line of JSON."""
    line = msgspec.json.encode(report, enc_hook=str).decode() if as_json else text
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def warn_of_damage(source: Path, skipped: int) -> None:
    """Say how many bytes of a recording were passed over: a result is a result, and ``check`` judges damage."""
    if skipped:
        warn(
            f"{source} is damaged or cut off: {skipped:,} bytes are in no sound packet and were skipped; see sidelook "
            "check"
        )


def warn_of_compiling() -> None:
    """Say, where nothing has been compiled on this machine yet, why nothing seems to happen at first."""
    from sidelook.compiling import nothing_compiled  # noqa: PLC0415 - it imports Numba

    if nothing_compiled():
        warn("compiling for this machine, once; up to a minute")


def warn(sentence: str) -> None:
    """Say on the error stream what the user should know."""
    sys.stderr.write(f"sidelook: {sentence}\n")
    sys.stderr.flush()
