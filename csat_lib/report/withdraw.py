"""A published period taken away: one rename out of sight, then the index, then the files."""

from __future__ import annotations

import shutil
from pathlib import Path

from csat_lib.errors import ParamsError, nearest
from csat_lib.report import publish, site
from csat_lib.study import find_root
from csat_lib.study.places import check_study_name


def unpublish(study: str, period: str, *, root: str | Path | None = None) -> None:
    """Take a period's report out of output/; what it was made from stays, and so do the other periods.

    Parameters
    ----------
    study, period : str
        What is published; the parameter files may be gone already.
    root : path, optional
        The project's folder.

    Raises
    ------
    ParamsError
        Nothing of that name is published.
    BusyError
        A batch is at work on it.
    EnvironmentFault
        The disk refuses, or a symbolic link lies in the way.
    """
    output = find_root(root) / "output"
    folder = output / check_study_name(study)
    known = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")) if folder.is_dir() else []
    if period not in known:
        raise ParamsError(f"{study}: no report of {period[:80]!r} is published.{nearest(period, known)}")
    place = publish.Place(output, study, period)
    with publish.held(place):
        publish.mend(place)
        with publish.faults(place.published):
            gone = place.staging
            place.published.rename(gone)
            site.write_index(output)
            shutil.rmtree(gone, ignore_errors=True)
            shutil.rmtree(place.failed, ignore_errors=True)
