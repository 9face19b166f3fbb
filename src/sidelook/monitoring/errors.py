"""What can be wrong with observations of sites, and with what one asks of them."""

from sidelook.errors import InputError, UsageError


class ObservationError(InputError):
    """A row of observations that cannot be: NaN, a chance outside of 0 to 1, a count below none.

    Attributes
    ----------
    row : the first such row
    """

    def __init__(self, what: str, *, row: int) -> None:
        super().__init__(f"{what} (row {row}); leave such rows out, or mend what wrote them")
        self.row = row


BACKWARDS = "a span ends before it begins"
OVERLAPPING = "spans overlap"
OUT_OF_TIME = "a time is centuries away"


class ClockError(InputError):
    """Spans of time that end before they begin, or that overlap at one site: the clocks disagree.

    Attributes
    ----------
    site : number of the site
    time : ns UTC, at which they do
    """

    def __init__(self, what: str, *, site: int, time: int) -> None:
        super().__init__(f"site {site}: {what} at {time} ns UTC; the clocks disagree, or one mission was given twice")
        self.site = site
        self.time = time


class StockTooLargeError(UsageError):
    """A site holds more vehicles than is asked about.

    Attributes
    ----------
    needed, largest : vehicles
    """

    def __init__(self, *, site: int, needed: int, largest: int) -> None:
        super().__init__(f"site {site} may hold {needed} vehicles and is asked for {largest} at most: raise `largest`")
        self.needed = needed
        self.largest = largest


class ContradictionError(InputError):
    """Observations of a site that no number of vehicles explains.

    Attributes
    ----------
    site : number of the site
    time : ns UTC, at which they part
    """

    def __init__(self, *, site: int, time: int) -> None:
        super().__init__(
            f"site {site}: what was seen up to {time} ns UTC fits no number of vehicles; a count is wrong, or an "
            f"exposure is said to be surer than it is"
        )
        self.site = site
        self.time = time


class NothingSeenError(UsageError):
    """A comparison of times of which there is no observation at all, or in the wrong order."""
