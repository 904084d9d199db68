"""Two folders change places in one step, so that no reader and no kill ever finds neither: Linux and macOS can."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_HERE, _SWAP = -100, 2  # AT_FDCWD; RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS


def exchange(one: Path, other: Path) -> bool:
    """Whether the two have changed places; nothing has happened where the system or the file system cannot.

    Parameters
    ----------
    one, other : Path
        Both exist, on one file system.
    """
    if sys.platform == "linux":
        name, arguments = "renameat2", (_HERE, os.fsencode(one), _HERE, os.fsencode(other), _SWAP)
    elif sys.platform == "darwin":
        name, arguments = "renamex_np", (os.fsencode(one), os.fsencode(other), _SWAP)
    else:
        return False
    try:
        swap = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (OSError, AttributeError):
        return False
    return bool(swap(*arguments) == 0)
