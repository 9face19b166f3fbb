"""Movers in a radar image as GeoJSON (RFC 7946): where each is, where it is shown, drawn out how, with what error."""

from typing import Any

import numpy as np

from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.mission.where import ellipse
from sidelook.model.columns import Floats
from sidelook.model.movers import ShownMovers

DECIMALS = 7  # of degrees, a centimetre
CORNERS = 36  # of an ellipse


def features_of(shown: ShownMovers, frame: LocalFrame) -> list[dict[str, Any]]:
    """Give four features a mover, told apart by ``role``; the first alone where it is shown nowhere.

    ``vehicle`` is where it is, ``smear`` how it is drawn out from the begin of the aperture to its end, ``shift`` the
    line from the one to the middle of the other, and ``error`` the ellipse of one standard deviation about that.
    """
    every = []
    for k in range(len(shown)):
        about = _about(shown, k)
        every += [
            {"type": "Feature", "geometry": {"type": kind, "coordinates": where}, "properties": {"role": role} | about}
            for role, kind, where in _parts(shown, k, frame)
        ]
    return every


def _parts(shown: ShownMovers, k: int, frame: LocalFrame) -> list[tuple[str, str, Any]]:
    """Give role, kind and coordinates of a mover's features."""
    vehicle = np.array([[shown.true_east[k], shown.true_north[k], np.nan_to_num(shown.true_up[k])]])
    parts: list[tuple[str, str, Any]] = [("vehicle", "Point", _degrees(vehicle, frame)[0])]
    place = np.array([[shown.east[k], shown.north[k], shown.up[k]]])
    if not np.isfinite(place).all():
        return parts
    trail = np.column_stack(
        [shown.trail_east[k], shown.trail_north[k], np.full(shown.trail_east.shape[1], place[0, 2])]
    )
    trail = trail[np.isfinite(trail).all(axis=1)]
    if len(trail) > 1:
        parts.append(("smear", "LineString", _degrees(trail, frame)))
    ring = _ellipse(place[0], shown.covariance[k])
    return [
        *parts,
        ("shift", "LineString", _degrees(np.concatenate([vehicle, place]), frame)),
        ("error", "Polygon", [_degrees(ring, frame)]),
    ]


def _about(shown: ShownMovers, k: int) -> dict[str, Any]:
    known = {"track": int(shown.track[k]), "in_image": bool(shown.inside[k])}
    if not np.isfinite(shown.covariance[k]).all():  # it is shown nowhere
        return known
    east, between, north = shown.covariance[k]
    long, across, bearing = ellipse(np.array([[east, between], [between, north]]))
    return known | {
        "shift_m": round(float(shown.shift[k]), 1),
        "shift_error_m": round(float(shown.shift_error[k]), 1),
        "smear_m": round(float(shown.smear[k]), 1),
        "smear_error_m": round(float(shown.smear_error[k]), 1),
        "radial_speed_mps": round(float(shown.radial_speed[k]), 2),
        "error_m": round(long, 1),
        "error_across_m": round(across, 1),
        "error_bearing_deg": round(bearing),
    }


def _ellipse(place: Floats, covariance: Floats) -> Floats:
    """Give the ring, (CORNERS + 1, 3) m, of one standard deviation, against the clock and closed."""
    values, axes = np.linalg.eigh(np.array([[covariance[0], covariance[1]], [covariance[1], covariance[2]]]))
    turn = np.append(np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False), 0.0)
    axes[:, 1] *= np.sign(np.linalg.det(axes))  # no mirror: the ring is to go round against the clock
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * np.sqrt(np.maximum(values, 0.0)) @ axes.T
    return np.column_stack([place[:2] + ring, np.full(len(turn), place[2])])


def _degrees(places: Floats, frame: LocalFrame) -> list[list[float]]:
    """Give longitude and latitude, degrees, of (N, 3) places."""
    latitude, longitude, _ = enu_to_geodetic(places, frame)
    return np.round(np.degrees(np.stack([longitude, latitude], axis=-1)), DECIMALS).tolist()  # type: ignore[no-any-return]
