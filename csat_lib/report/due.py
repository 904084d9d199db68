"""Which periods of a run are due, after every check that costs little: parameters and notebooks first, then the data."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from csat_lib.errors import CsatError
from csat_lib.report import publish
from csat_lib.report.plan import Plan, planned
from csat_lib.study import seals_of
from csat_lib.study.intents import Intent, Rerun, intent


def intended(
    study: str,
    asked: Sequence[str],
    failures: dict[str, CsatError],
    *,
    root: Path,
    only: list[str] | None,
    language: str | None,
    rerun: Rerun,
) -> list[Intent]:
    """What is due in every period whose parameters pass; what is refused is put into ``failures``.

    Parameters
    ----------
    study, asked : str, sequence of str
        The study and the periods asked for.
    failures : dict
        Period -> error.
    root, only, language, rerun
        As in ``run``.
    """
    seals, found = seals_of(root, study), []
    for period in asked:
        try:
            found.append(intent(study, period, root=root, only=only, language=language, rerun=rerun, seals=seals))
        except CsatError as error:
            failures[period] = error
    same_for_all(failures, asked)
    seals.keep()
    return found


def checked(intents: Sequence[Intent], failures: dict[str, CsatError]) -> list[Plan]:
    """The periods whose data pass every cheap check, too."""
    plans = []
    for each in intents:
        try:
            plans.append(planned(each))
        except CsatError as error:
            failures[each.study.period.name] = error
    return plans


def forget_failures(intents: Sequence[Intent]) -> None:
    """A failed run is forgotten where everything is as it was published: what failed was taken back."""
    for each in intents:
        place = publish.Place(each.study.paths.root / "output", each.study.name, each.study.period.name)
        if place.failed.is_dir():
            publish.refuse_links(place)
            shutil.rmtree(place.failed, ignore_errors=True)


def same_for_all(failures: Mapping[str, CsatError], asked: Sequence[str]) -> None:
    """What one check refuses for all periods is raised at once."""
    told = {(type(error), str(error)) for error in failures.values()}
    if len(failures) == len(asked) and len(told) == 1:
        raise next(iter(failures.values()))
