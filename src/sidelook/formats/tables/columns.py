"""Which column of a table holds which column of a record, and how codes read as words."""

from collections.abc import Mapping
from types import MappingProxyType

from sidelook.model.origin import Classification
from sidelook.model.plots import TargetClass
from sidelook.model.tracks import TrackState

#: Column of the table -> column of ``Plots``. A name that ends in ``_deg`` holds degrees of the record's radians.
PLOT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "latitude_deg": "latitude",
        "longitude_deg": "longitude",
        "height_m": "height",
        "radial_speed_mps": "radial_speed",
        "wrap_speed_mps": "wrap_speed",
        "snr_db": "snr_db",
        "rcs_dbsm": "rcs_dbsm",
        "class_probability": "class_probability",
        "sigma_slant_range_m": "sigma_slant_range",
        "sigma_cross_range_m": "sigma_cross_range",
        "sigma_height_m": "sigma_height",
        "sigma_radial_speed_mps": "sigma_radial_speed",
        "truth_application": "truth_application",
        "truth_entity": "truth_entity",
        "report_index": "index",
    }
)

#: Column of the table -> column of ``Dwells``, repeated for each plot of the dwell.
LOOK_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "revisit": "revisit",
        "dwell": "dwell",
        "sensor_latitude_deg": "sensor_latitude",
        "sensor_longitude_deg": "sensor_longitude",
        "sensor_height_m": "sensor_height",
    }
)

#: Column of the table -> column of ``Dwells``.
DWELL_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        **LOOK_COLUMNS,
        "last_of_revisit": "last_of_revisit",
        "sigma_along_m": "sigma_along",
        "sigma_across_m": "sigma_across",
        "sigma_sensor_height_m": "sigma_sensor_height",
        "track_deg": "track",
        "speed_mps": "speed",
        "climb_mps": "climb",
        "heading_deg": "heading",
        "pitch_deg": "pitch",
        "roll_deg": "roll",
        "sensor_heading_deg": "sensor_heading",
        "sensor_pitch_deg": "sensor_pitch",
        "sensor_roll_deg": "sensor_roll",
        "area_latitude_deg": "area_latitude",
        "area_longitude_deg": "area_longitude",
        "range_half_extent_m": "range_half_extent",
        "angle_half_extent_deg": "angle_half_extent",
        "minimum_detectable_speed_mps": "minimum_detectable_speed",
        "plot_count": "plot_count",
    }
)

#: Column of the table -> column of ``TrackTable``.
TRACK_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "track": "track",
        "latitude_deg": "latitude",
        "longitude_deg": "longitude",
        "height_m": "height",
        "velocity_east_mps": "velocity_east",
        "velocity_north_mps": "velocity_north",
        "class_probability": "class_probability",
        "same_vehicle_probability": "same_vehicle",
        "plot_count": "plot_count",
        "formation": "formation",
    }
)

#: Columns of the table -> one column of ``TrackTable`` that holds several numbers a row.
TRACK_COVARIANCES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "position_covariance": ("covariance_ee_m2", "covariance_en_m2", "covariance_nn_m2"),
        "velocity_covariance": (
            "velocity_covariance_ee_m2ps2",
            "velocity_covariance_en_m2ps2",
            "velocity_covariance_nn_m2ps2",
        ),
        "cross_covariance": (
            "cross_covariance_ee_m2ps",
            "cross_covariance_en_m2ps",
            "cross_covariance_ne_m2ps",
            "cross_covariance_nn_m2ps",
        ),
    }
)

#: Column of the table -> field of ``Origin``. ``simulated`` is missing on purpose: it is a column of each row.
ORIGIN_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "classification_system": "system",
        "security_codes": "codes",
        "security_codes_read": "codes_read",
        "exercise": "exercise",
        "nationality": "nationality",
        "platform": "platform",
        "mission": "mission",
        "job": "job",
        "edition": "version",
        "source": "source",
    }
)

#: Columns whose records say -1 where nothing was reported.
MINUS_ONE_IS_NULL = frozenset({"report_index", "truth_application", "truth_entity"})

_CLASSES: Mapping[int, str] = {kind.value: kind.name.lower() for kind in TargetClass}

#: Name of each target class by its code; codes the standard has not given a meaning keep their number.
TARGET_CLASS_NAMES: tuple[str, ...] = tuple(_CLASSES.get(code, f"reserved_{code}") for code in range(256))

#: Name of each track state by its code.
TRACK_STATE_NAMES: tuple[str, ...] = tuple(state.name.lower() for state in TrackState)

#: Classification as people write it.
CLASSIFICATION_NAMES: Mapping[Classification, str] = MappingProxyType({level: level.words for level in Classification})
