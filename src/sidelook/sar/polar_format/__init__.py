"""Polar format: an image by one Fourier transform, where the wave front may be taken for a plane."""

from sidelook.sar.polar_format.forming import PolarFormat, SceneTooWideError, form_polar, wave_front_error

__all__ = ["PolarFormat", "SceneTooWideError", "form_polar", "wave_front_error"]
