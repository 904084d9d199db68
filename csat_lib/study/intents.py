"""What a run would do and why, period by period and page by page, without a heavy import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from csat_lib.errors import ParamsError, nearest, pick
from csat_lib.study.inputs import Seals, inputs
from csat_lib.study.ledger import Due, pages_due
from csat_lib.study.notebooks import LANGUAGES, check_notebook, notebooks_of
from csat_lib.study.params import Study, load_study

Rerun = Literal["changed", "all"]
FORCED = "asked for with --force"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a run would do for one period, before its data are read.

    Attributes
    ----------
    study : Study
        With its period.
    notebooks : tuple of str
        All that the period has, also those that this run leaves out.
    pages : tuple of Due
        Every page asked for, with the reasons to make it; none where it is up to date.
    inputs : mapping
        What the reports rest on, from ``inputs``.
    """

    study: Study
    notebooks: tuple[str, ...]
    pages: tuple[Due, ...]
    inputs: Mapping[str, Mapping[str, Any]]

    @property
    def due(self) -> tuple[Due, ...]:
        """The pages that would be made."""
        return tuple(each for each in self.pages if each.reasons)


def wanted_periods(study: str, periods: Sequence[str | int] | str | int | None, root: Path) -> tuple[str, ...]:
    """The names of the periods asked for: None is the latest, "all" is all, oldest first.

    Parameters
    ----------
    study : str
        A folder under params/.
    periods : str, int or sequence, optional
        What was asked for.
    root : Path
        The project's folder.

    Raises
    ------
    ParamsError
        An unknown study or period, with the nearest name.
    """
    if periods is None:
        return (load_study(study, root=root).period.name,)
    if periods == "all":
        return tuple(each.name for each in load_study(study, root=root).periods)
    asked = [periods] if isinstance(periods, str | int) else list(periods)
    if not asked:
        raise ParamsError("No period asked for. Name one, or leave periods out for the latest.")
    return tuple(dict.fromkeys(str(each) for each in asked))


def intent(
    study: str,
    period: str | int | None = None,
    *,
    root: str | Path | None = None,
    only: Iterable[str] | None = None,
    language: str | None = None,
    rerun: Rerun = "changed",
    seals: Seals | None = None,
) -> Intent:
    """What a run would do for one period and why: page by page, what changed since it was published.

    Parameters
    ----------
    study : str
        A folder under params/.
    period : str or int, optional
        None means the latest.
    root : path, optional
        The project's folder.
    only : iterable of str, optional
        Notebooks to run, of those that the period has.
    language : {"en", "zh", "both"}, optional
        Of the pages; by default the study's own.
    rerun : {"changed", "all"}
        Pages whose inputs changed, or all.
    seals : Seals, optional
        What is known of unchanged files.

    Raises
    ------
    ParamsError
        Parameters, codebook, model, or a notebook's parameters.
    """
    loaded = load_study(study, period, root=root)
    languages = pick(LANGUAGES, language if language is not None else loaded.parameters.language, "language")
    folder = loaded.paths.root / "notebooks"
    notebooks = notebooks_of(loaded)
    names = _chosen(notebooks, only, loaded)
    for name in names:
        check_notebook(folder / f"{name}.ipynb")
    found = inputs(loaded, [folder / f"{name}.ipynb" for name in names], seals=seals)
    pages = pages_due(loaded, names, languages, found=found)
    if pick({"changed": "", "all": FORCED}, rerun, "rule for pages that are up to date"):
        pages = [Due(each.name, each.language, each.reasons or (FORCED,)) for each in pages]
    return Intent(loaded, notebooks, tuple(pages), found)


def _chosen(names: tuple[str, ...], only: Iterable[str] | None, study: Study) -> tuple[str, ...]:
    if only is None:
        return names
    asked = [only] if isinstance(only, str) else list(only)
    for name in asked:
        if name not in names:
            raise ParamsError(f"{study.name} {study.period} has no notebook {name!r}.{nearest(name, names)}")
    return tuple(name for name in names if name in asked)
