"""Geocoding with terrain: images laid onto the ground, with layover and shadow."""

from sidelook.sar.geocoding.forming import GroundPlan, geocode, geocode_bands, plan_geocoding

__all__ = ["GroundPlan", "geocode", "geocode_bands", "plan_geocoding"]
