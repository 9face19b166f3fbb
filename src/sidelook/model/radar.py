"""The radar as a thing: its antenna, its waveform, how far it looks."""

from dataclasses import dataclass, field
from math import radians

from sidelook.errors import UsageError

SPEED_OF_LIGHT = 299_792_458.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Antenna:
    """A side-looking array on the flank of the aircraft, steered in azimuth.

    Attributes
    ----------
    length, height : of the aperture, m
    efficiency : of the aperture, 0..1
    channels : receivers that share its length evenly, to cancel clutter and to measure angles
    field_of_view : half angle either side of broadside within which a beam can be pointed, rad
    left, right : flanks on which it can look
    """

    length: float = 7.3
    height: float = 0.6
    efficiency: float = 0.5
    channels: int = 3
    field_of_view: float = radians(60.0)
    left: bool = True
    right: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """What is sent.

    Attributes
    ----------
    frequency : of the carrier, Hz
    bandwidth : Hz
    pulse_rates : of the coherent intervals that make a dwell, Hz
    average_power : W

    Raises
    ------
    UsageError : no pulse rate, or something that is not above zero
    """

    frequency: float = 9.6e9
    bandwidth: float = 15e6
    pulse_rates: tuple[float, ...] = (1_900.0, 2_300.0, 2_700.0)
    average_power: float = 1_000.0

    def __post_init__(self) -> None:
        """Refuse what cannot be sent."""
        values = (self.frequency, self.bandwidth, self.average_power, *self.pulse_rates)
        if not self.pulse_rates or not all(value > 0.0 for value in values):
            message = "a waveform needs a frequency, a bandwidth, a power and one pulse rate or more, all above zero"
            raise UsageError(message)

    @property
    def wavelength(self) -> float:
        """Of the carrier, m."""
        return SPEED_OF_LIGHT / self.frequency


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """How echoes become plots.

    Attributes
    ----------
    false_alarm_probability : of a resolution cell in a coherent interval
    reference_cells : with which the power of a cell is compared
    least_hits : coherent intervals of a dwell that have to find a target; never more than there are
    dwell_time : s, shared evenly by the coherent intervals, where a dwell does not say how long it is
    wrap_speed : half the period within which radial speeds are unfolded, m/s
    best_snr_db : signal-to-noise ratio above which plots become no more exact
    edge_loss_db : two-way loss at the edge of a footprint; 6 where it is as wide as the one-way 3 dB beam

    Raises
    ------
    UsageError : a probability that is none, or something that is not above zero
    """

    false_alarm_probability: float = 1e-6
    reference_cells: int = 32
    least_hits: int = 2
    dwell_time: float = 0.131
    wrap_speed: float = 40.0
    best_snr_db: float = 25.0
    edge_loss_db: float = 6.0

    def __post_init__(self) -> None:
        """Refuse what cannot detect."""
        counts = (self.reference_cells, self.least_hits, self.dwell_time, self.wrap_speed)
        if not 0.0 < self.false_alarm_probability < 1.0 or not all(value > 0 for value in counts):
            message = (
                "a detector needs a false alarm probability between 0 and 1, "
                "and reference cells, hits, a dwell time and a wrap speed above zero"
            )
            raise UsageError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """A radar; the defaults are a generic design of the open literature, not any radar that flew.

    Attributes
    ----------
    antenna : its aperture
    waveform : what it sends
    detector : how it finds targets
    noise_figure_db, losses_db : dB
    nearest, farthest : slant ranges that it looks at, m
    """

    antenna: Antenna = field(default_factory=Antenna)
    waveform: Waveform = field(default_factory=Waveform)
    detector: Detector = field(default_factory=Detector)
    noise_figure_db: float = 5.0
    losses_db: float = 8.0
    nearest: float = 50_000.0
    farthest: float = 250_000.0
