"""The truth that a scenario names: read, brought to the mission's start, and into the country's frame."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from sidelook.errors import InputError
from sidelook.formats.truth.adsb import read_adsb_csv, read_adsb_parquet
from sidelook.formats.truth.dis import LONGEST_GAP, read_dis
from sidelook.formats.truth.fcd import read_fcd_csv, read_fcd_parquet, read_fcd_xml
from sidelook.formats.truth.gathering import ImportSettings
from sidelook.formats.truth.table import read_csv, read_parquet
from sidelook.geometry.geoid import undulation
from sidelook.model.truth import TruthSamples
from sidelook.simulation.scenario.country import Country
from sidelook.simulation.scenario.settings import Scenario, ScenarioError, TruthForm, TruthSection
from sidelook.simulation.trajectories import Trajectories
from sidelook.simulation.truth import trajectories_from_samples

Reader = Callable[[BinaryIO, ImportSettings], TruthSamples]

READERS: dict[TruthForm, dict[str, Reader]] = {
    TruthForm.TABLE: {".parquet": read_parquet, ".csv": read_csv},
    TruthForm.FCD: {".xml": read_fcd_xml, ".parquet": read_fcd_parquet, ".csv": read_fcd_csv},
    TruthForm.ADSB: {
        ".parquet": lambda stream, settings: read_adsb_parquet(stream, settings).samples,
        ".csv": lambda stream, settings: read_adsb_csv(stream, settings).samples,
    },
    TruthForm.DIS: {"": lambda stream, settings: read_dis(stream, settings).samples},
}
"""By the end of the file's name, ``.gz`` aside; "" is any."""

USUAL_GAP = {TruthForm.TABLE: 2.5, TruthForm.FCD: 2.5, TruthForm.ADSB: 30.0, TruthForm.DIS: LONGEST_GAP}
"""Between samples of one entity, s; a longer one ends it."""
USUAL_FASTEST = {TruthForm.TABLE: 70.0, TruthForm.FCD: 70.0, TruthForm.ADSB: 400.0, TruthForm.DIS: 400.0}
"""What moved faster between two samples, m/s, was set down elsewhere."""


def read_truth(section: TruthSection, path: Path, country: Country, scenario: Scenario, day: int) -> Trajectories:
    """Read one file of truth.

    Parameters
    ----------
    section : what the scenario says of it
    path : of the file, which is there
    country : whose frame and ground are meant; on terrain, heights of the source are above the geoid
    scenario, day : whose mission its time is brought to

    Raises
    ------
    ScenarioError : its name ends as no reader of its form knows
    InputError : it is not what it should be, or holds nothing of that time
    """
    known = READERS[section.form]
    suffix = next((part for part in reversed(path.suffixes) if part != ".gz"), "")
    reader = known.get(suffix, known.get(""))
    if reader is None:
        message = f"truth: {path.name} is no {section.form} that can be read; its name should end in {', '.join(known)}"
        raise ScenarioError(message)
    start = scenario.begins(day)
    above_geoid = country.grid is not None and section.form is not TruthForm.DIS
    settings = ImportSettings(start=start, undulation=undulation if above_geoid else None, convoys=True)
    with path.open("rb") as stream:
        samples = _cut(reader(stream, settings), section, path, scenario.duration_s)
    return trajectories_from_samples(
        replace(samples, time=samples.time + start),
        country.frame,
        ground=country.ground,
        fastest=section.fastest_mps or USUAL_FASTEST[section.form],
        longest_gap=section.longest_gap_s or USUAL_GAP[section.form],
    )


def _cut(samples: TruthSamples, section: TruthSection, path: Path, duration: float) -> TruthSamples:
    """Keep what is played, its time counted from the mission's start."""
    if len(samples):
        since = samples.time - samples.time.min() - round(section.from_s * 1e9)
        samples = replace(samples, time=since).take((since >= 0) & (since <= duration * 1e9 + 5e9))
    if not len(samples):
        message = f"truth: {path.name} holds no samples from {section.from_s} s on"
        raise InputError(message)
    return samples
