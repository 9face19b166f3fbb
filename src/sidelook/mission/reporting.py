"""What commands say: progress on a terminal, one answer on the standard output."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec

Advance: TypeAlias = Callable[[int], None]
"""Told how many bytes more are done."""


@contextmanager
def progress(doing: str, total: int | None) -> Iterator[Advance]:
    """Show how far long work is, on the error stream and only where that is a terminal.

    Parameters
    ----------
    doing : what, as a present participle
    total : bytes to do, None where there is no end
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with terminal_progress(doing, total) as advance:
        yield advance


@contextmanager
def terminal_progress(doing: str, total: int | None) -> Iterator[Advance]:
    """Draw the bar; rich is needed by nothing else, so it is imported here alone."""
    from rich import progress as bars  # noqa: PLC0415 - heavy, and only for terminals
    from rich.console import Console  # noqa: PLC0415 - likewise

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
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


def warn(sentence: str) -> None:
    """Say on the error stream what the user should know."""
    sys.stderr.write(f"sidelook: {sentence}\n")
    sys.stderr.flush()
