"""A QR code for the terminal, which a phone's camera reads (segno, in the extra ``dashboard``)."""

from __future__ import annotations

from importlib.util import find_spec
from io import StringIO


def qr_code(text: str) -> str:
    """Return the code as lines of half blocks; nothing where segno is missing."""
    if find_spec("segno") is None:
        return ""
    import segno  # noqa: PLC0415 (only where it is wanted)

    out = StringIO()
    segno.make(text, micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()
