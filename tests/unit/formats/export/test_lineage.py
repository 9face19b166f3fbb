"""What a file says of all its rows only rises: markings, codes and the simulated flag."""

from dataclasses import replace

import pytest

from sidelook.formats.export.lineage import Lineage
from sidelook.formats.tables import plots_table
from sidelook.model.origin import Classification
from sidelook.model.plots import Dwells


def lineage_of(*blocks: Dwells) -> Lineage:
    lineage = Lineage()
    for block in blocks:
        lineage.add(plots_table(block))
    return lineage


def changed(dwells: Dwells, **given: object) -> Dwells:
    """Give every origin these values, and take the simulated mark from every plot."""
    plots = replace(dwells.plots, simulated=dwells.plots.simulated & False)
    origins = tuple(replace(origin, **given) for origin in dwells.origins)
    return replace(dwells, plots=plots, origins=origins)


@pytest.mark.parametrize("last", [True, False])
def test_simulated_is_sticky_whichever_block_says_so(hard_dwells: Dwells, last: bool) -> None:  # noqa: FBT001 - a case
    blocks = [changed(hard_dwells, simulated=last), changed(hard_dwells, simulated=not last)]
    assert lineage_of(*blocks).describe()["simulated"] is True
    assert lineage_of(changed(hard_dwells, simulated=False)).describe()["simulated"] is False


@pytest.mark.parametrize("order", [1, -1])
def test_the_highest_marking_stands_and_unread_is_the_highest(hard_dwells: Dwells, order: int) -> None:
    levels = [Classification.SECRET, Classification.UNREAD, Classification.UNCLASSIFIED][::order]
    assert (
        lineage_of(*(changed(hard_dwells, classification=level) for level in levels)).sentence().startswith("UNREAD.")
    )


@pytest.mark.parametrize("given", [{"codes": 3}, {"codes_read": False}])
def test_codes_of_any_block_stand(hard_dwells: Dwells, given: dict[str, object]) -> None:
    plain = changed(hard_dwells, codes=0)
    assert lineage_of(changed(plain, **given), plain).describe()["security_codes"] is True
    assert lineage_of(plain).describe()["security_codes"] is False


def test_of_nothing_nothing_is_known() -> None:
    """Not even that it is real: the recording may say otherwise in packets without rows."""
    assert Lineage().describe() == {
        "classification": None, "security_codes": None, "simulated": None, "rows": 0, "sources": [],
    }  # fmt: skip
