"""The bounds between the states of a track's life."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycle:
    """Bounds on a track's probability of existence, and what moves it.

    Existence grows with each plot by how much better the track explains it than the plots that no track explains (new
    vehicles and false alarms, counted as they come), and falls with each miss by how surely the vehicle should have
    been seen: hardly inside the notch or beside the footprint, much in plain view. (Musicki, Evans and Stankovic,
    Integrated probabilistic data association, IEEE Trans. AC 39(6), 1994.)

    Attributes
    ----------
    birth : existence on the first plot
    confirm_existence, confirm_hits : existence and plots from which a track is confirmed
    show_existence : existence below which a confirmed track counts as lost to everyone but the tracker, which goes on
        looking for it and may find it again under its identity
    drop_tentative, drop_confirmed : existence below which a track is given up
    survival : mean time for which a vehicle stays under its track when nothing speaks against it, s
    coast_limit, coast_tentative : longest time without a plot, s, of a track that once was confirmed, of others
    rejoin_reach : how far from where a track was last supported its vehicle is looked for among new tracks, m
    rejoin_chance : of a vehicle that was lost to be seen again in a given revisit
    rejoin_least : chance from which a new track is taken for the vehicle of a lost one
    source_density : density of unexplained plots before any was counted, 1/m2 a look
    source_memory : time over which they are counted, s
    """

    birth: float = 0.2
    confirm_existence: float = 0.95
    confirm_hits: int = 2
    show_existence: float = 0.5
    drop_tentative: float = 0.05
    drop_confirmed: float = 0.02
    survival: float = 2000.0
    coast_limit: float = 900.0
    coast_tentative: float = 130.0
    rejoin_reach: float = 6000.0
    rejoin_chance: float = 0.3
    rejoin_least: float = 0.5
    source_density: float = 1.0e-9
    source_memory: float = 120.0
