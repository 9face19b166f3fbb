"""Records as Arrow tables, the form analysts and other programs read.

This is an edge: angles are degrees and every unit stands in the column's name (``latitude_deg``, ``height_m``,
``radial_speed_mps``); times are ``timestamp[ns, UTC]``; what was not reported is null. Every row carries marking,
lineage and the sticky flag ``simulated``.
"""

from sidelook.formats.tables.from_arrow import TableError, dwells_from_tables, tracks_from_table
from sidelook.formats.tables.to_arrow import dwells_table, plots_table, tracks_table

__all__ = ["TableError", "dwells_from_tables", "dwells_table", "plots_table", "tracks_from_table", "tracks_table"]
