"""The log of a run: one line an event on the error stream, for people on a terminal, as JSON elsewhere."""

import sys
from typing import TextIO

import structlog
from structlog.typing import FilteringBoundLogger, Processor

LEVEL = 20  # info


def make_log(stream: TextIO | None = None) -> FilteringBoundLogger:
    """Make the log of a run; it is handed on as an argument, nothing global is configured."""
    stream = stream or sys.stderr
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if stream.isatty() else structlog.processors.JSONRenderer()
    )
    log: FilteringBoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
    )
    return log
