"""The one place where the heavy engines are loaded, and only when there is something to write or read.

PyArrow costs 0.4 s of CPU and DuckDB 0.1 s: a program that only asks for help, or records raw bytes, pays
for neither.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidelook.archive.parquet import ParquetFiles
    from sidelook.archive.sql import SqlEngine


def parquet_files() -> "ParquetFiles":
    """Load PyArrow and give the reader and writer of Parquet files."""
    from sidelook.archive.parquet import ParquetFiles  # noqa: PLC0415 - the seam

    return ParquetFiles()


def sql_engine() -> "SqlEngine":
    """Load DuckDB and give the engine for queries."""
    from sidelook.archive.sql import SqlEngine  # noqa: PLC0415 - the seam

    return SqlEngine()
