"""Settings of the search for formations."""

from dataclasses import dataclass

from sidelook.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationSettings:
    """What makes vehicles a formation.

    Attributes
    ----------
    reach : farthest from one vehicle to the next, m
    stretch : farthest from one vehicle to the next that is seen, where others between them are not, m
    ring : m, from where to where traffic about a vehicle is counted, to know how many would be near it by chance
    alike : difference of velocity up to which that traffic goes the same way, m/s
    speed_spread : of vehicles in a formation, standard deviation, an axis, m/s
    flow_spread : of vehicles that follow one road by chance, m/s; ``other_spread`` : of any others
    flow_share : of chance neighbours that follow the same road
    companions : neighbours within reach that a vehicle in a formation has
    memory : time in which the evidence of two vehicles fades, s
    link, keep : log-odds above which two tracks belong together; those that did already
    span : log-odds of how alike they drive above which two tracks out of reach join their groups
    least : fewest tracks of a formation
    certain : log-odds that all its links together must have, from one track to the next, to be called a formation
    confirm : times in a row that it must be seen
    forget : without a plot this long it is given up, s; ``coast`` : after this long it coasts, s
    track_stale : tracks without a plot for so long do not count, s; standing ones do
    standing : slower than this it stands, m/s
    window : looks over which vehicles are counted
    largest : most vehicles it is asked about
    """

    reach: float = 400.0
    stretch: float = 900.0
    ring: tuple[float, float] = (1_500.0, 6_000.0)
    alike: float = 8.0
    speed_spread: float = 0.7
    flow_spread: float = 4.0
    other_spread: float = 15.0
    flow_share: float = 0.6
    companions: float = 2.0
    memory: float = 60.0
    link: float = 5.0
    keep: float = 1.0
    span: float = 3.0
    least: int = 3
    certain: float = 18.0
    confirm: int = 2
    forget: float = 600.0
    coast: float = 75.0
    track_stale: float = 150.0
    standing: float = 1.5
    window: int = 8
    largest: int = 80

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 0.0 < self.reach <= self.stretch < self.ring[0] < self.ring[1]:
            inner, outer = self.ring
            message = (
                f"formations: reach {self.reach:g} m must not exceed stretch {self.stretch:g} m, which must be below "
                f"the ring of {inner:g} to {outer:g} m"
            )
            raise UsageError(message)
        if self.least < 2 or self.confirm < 1 or self.largest <= self.least:  # noqa: PLR2004 - a pair is the fewest
            message = "formations: least must be 2 or more, confirm 1 or more, largest above least"
            raise UsageError(message)
