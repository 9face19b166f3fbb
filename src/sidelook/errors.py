"""The project's exceptions: one short tree; each says whose fault it is and carries the facts."""


class SidelookError(Exception):
    """Root of every error Sidelook raises on purpose; its text says what to do."""


class InputError(SidelookError):
    """The data handed in is at fault: truncated, hostile, empty or of another kind."""


class UsageError(SidelookError):
    """The caller is at fault: an unknown setting, an impossible option, a missing file."""


class StorageError(SidelookError):
    """The place where things are kept is at fault: full, read-only, locked or damaged."""


class ReleaseRefusedError(SidelookError):
    """The release policy refused an output; nothing left the machine."""
