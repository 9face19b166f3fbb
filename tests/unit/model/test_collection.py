import numpy as np
import pytest

from sidelook.model.collection import (
    CollectionOutcome,
    Collections,
    JobAnswer,
    JobRequest,
    RadarMode,
    RequestStatus,
)

REQUEST = JobRequest(requestor="GROUND 1", task="A", corners=((0.6, 0.1), (0.6, 0.2), (0.7, 0.2)), earliest=0)


def test_answers_are_granted_or_not() -> None:
    granted = {s for s in RequestStatus if JobAnswer(request=REQUEST, status=s, reason="").granted}
    assert granted == {RequestStatus.APPROVED, RequestStatus.MODIFIED}


def test_denials_are_the_standards_numbers() -> None:
    """STANAG 4607 A18: 0 request, 1 approved, 2 modified, 3 to 10 denied with a cause."""
    assert [status.value for status in RequestStatus] == list(range(11))
    assert all(status.name.startswith("DENIED") == (status > 2) for status in RequestStatus)


def test_no_mode_that_is_more_than_surveillance_has_a_name() -> None:
    assert {mode.value for mode in RadarMode} == {0, 1, 5, 16, 17, 18, 19}


def test_collections_are_columns() -> None:
    two = Collections.empty(2, outcome=np.array([CollectionOutcome.TAKEN, CollectionOutcome.DENIED], np.uint8))
    assert len(two.take(two.outcome == CollectionOutcome.DENIED)) == 1
    assert len(Collections.empty()) == 0
    with pytest.raises(ValueError, match="job"):
        Collections.empty(2, job=np.zeros(3, np.int32))
