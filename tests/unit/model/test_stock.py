"""The records of a site: columns of one length, and nothing said where nothing is."""

import numpy as np
import pytest

from sidelook.model.stock import FlowObservation, ImageCount, StockBasis, StockTable


@pytest.mark.parametrize("record", [FlowObservation, ImageCount, StockTable])
def test_columns_are_checked(record: type[FlowObservation | ImageCount | StockTable]) -> None:
    assert len(record.empty(3, origins=())) == 3
    with pytest.raises(ValueError, match="site"):
        record.empty(3, origins=(), site=np.zeros(3, np.int64))


def test_both_is_flow_and_image() -> None:
    assert StockBasis.FLOW | StockBasis.IMAGE == StockBasis.BOTH
