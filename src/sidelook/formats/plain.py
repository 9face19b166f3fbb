"""Text from outside, made safe to show: what a sender wrote must not steer the terminal that shows it."""


def plain(text: str) -> str:
    r"""Escape every character that is not printed: controls, line breaks, marks that change the direction of writing.

    Parameters
    ----------
    text : one line, as a recording, a file name or a stream gave it

    Returns
    -------
    the same where all of it can be printed; else with escapes as Python writes them, e.g. ``\x1b``
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)
