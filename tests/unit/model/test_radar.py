import pytest

from sidelook.errors import UsageError
from sidelook.model.radar import Detector, Radar, Waveform


def test_the_default_is_at_x_band() -> None:
    assert Radar().waveform.wavelength == pytest.approx(31.23e-3, abs=1e-5)


def test_what_cannot_be_sent_or_detect_is_refused() -> None:
    for rates in ((), (0.0,), (1_000.0, -1.0)):
        with pytest.raises(UsageError, match="pulse rate"):
            Waveform(pulse_rates=rates)
    for wrong in ({"false_alarm_probability": 0.0}, {"reference_cells": 0}, {"wrap_speed": 0.0}):
        with pytest.raises(UsageError, match="detector"):
            Detector(**wrong)
