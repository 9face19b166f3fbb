"""What can be wrong with truth handed in."""

from sidelook.errors import InputError


class TruthError(InputError):
    """The data is not truth that can be read; the text says where and what to do."""


class TruthColumnsError(TruthError):
    """A table has none of the known sets of columns.

    Attributes
    ----------
    found : names of its columns
    """

    def __init__(self, *, found: tuple[str, ...], known: str) -> None:
        shown = ", ".join(name[:40] for name in found[:20]) or "none"
        super().__init__(f"the table has the columns {shown}; needed are {known}")
        self.found = found


class TruthValueError(TruthError):
    """A value cannot be what its column says.

    Attributes
    ----------
    column : of the table
    row : counted from 0
    """

    def __init__(self, *, column: str, row: int, value: object, needed: str) -> None:
        super().__init__(f"column {column} holds {value!r} in row {row}, needed is {needed}; mend or drop that row")
        self.column = column
        self.row = row


class TooMuchTruthError(TruthError):
    """There are more samples than the caller is ready to hold.

    Attributes
    ----------
    most : samples allowed
    """

    def __init__(self, *, most: int) -> None:
        super().__init__(f"there are more than {most:,} samples; read a part, or raise most_samples if memory allows")
        self.most = most


class TruthXmlError(TruthError):
    """The text is not floating-car data in XML.

    Attributes
    ----------
    line : where, counted from 1
    """

    def __init__(self, message: str, *, line: int) -> None:
        super().__init__(f"{message} (line {line})")
        self.line = line


class TruncatedPduError(TruthError):
    """Bytes end before the PDU does.

    Attributes
    ----------
    needed, had : bytes of the PDU
    """

    def __init__(self, *, needed: int, had: int) -> None:
        super().__init__(f"the PDU needs {needed} bytes and {had} are there; read without strict to count and go on")
        self.needed = needed
        self.had = had


class PduError(TruthError):
    """Bytes that are no sound PDU.

    Attributes
    ----------
    offset : in the bytes fed, from 0
    """

    def __init__(self, message: str, *, offset: int) -> None:
        super().__init__(f"{message} (at byte {offset}); read without strict to skip and count it")
        self.offset = offset
