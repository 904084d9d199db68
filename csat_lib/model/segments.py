"""Every segment against the others, every earlier period against the last: invariance and paths, p-values corrected for their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from csat_lib.errors import DataError, ModelError, NotInStudyError
from csat_lib.index.scores import segments_of
from csat_lib.model.groups import compare_paths, verdict_of
from csat_lib.model.invariance import Invariance, judged, micom
from csat_lib.model.pls import modelled
from csat_lib.stats import holm, remembered
from csat_lib.study import Structure
from csat_lib.survey import Survey

Array = npt.NDArray[np.float64]
FEWEST = 30  # respondents of a group: below it a model's weights are noise
How = Mapping[str, object]


@remembered
def segment_invariance(
    survey: Survey,
    structure: Structure | None,
    by: str,
    *,
    permutations: int = 1000,
    seed: int,
    confidence: float = 0.95,
    how: How | None = None,
) -> pd.DataFrame:
    """Measurement invariance of each segment against all other segments together.

    Parameters
    ----------
    survey : Survey
        Respondents without a segment belong to no side.
    structure : Structure
        The model.
    by : str
        The segment.
    permutations, seed, confidence : int, int, float
        As in ``micom``.
    how : mapping, optional
        Options of ``fit_pls``; groups are compared on complete rows, so that no rule but listwise is allowed.

    Returns
    -------
    DataFrame
        segment, n, n_others, step, construct, metric, estimate, conf_low, conf_high, p_value, p_adjusted (Holm 1979, over the segments,
        for each step and construct), verdict (by p_adjusted), invariance (none, partial or full for the construct). A segment that cannot
        be compared has one row that says why.

    Notes
    -----
    Correcting the p-values of a precondition makes it easier to pass: with many segments a construct that is measured differently in one
    of them is found less often. The p-values as they are stand in the table.

    Raises
    ------
    ParamsError
        No such segment, too few permutations.
    NotInStudyError
        There is no model, or the study fills gaps.
    """
    options = {"permutations": permutations, "seed": seed, "confidence": confidence, **_complete_rows(how)}
    return _compared("segment", _against_others(survey, by), modelled(structure), options)


@remembered
def wave_invariance(
    surveys: Mapping[str, Survey],
    structure: Structure | None,
    *,
    permutations: int = 1000,
    seed: int,
    confidence: float = 0.95,
    how: How | None = None,
) -> pd.DataFrame:
    """Measurement invariance of each earlier period against the last.

    Parameters
    ----------
    surveys : mapping of str to Survey
        Period -> survey, oldest first.
    structure, permutations, seed, confidence, how
        As in ``segment_invariance``.

    Returns
    -------
    DataFrame
        As ``segment_invariance``, with period in place of segment; n_others are the last period's respondents. Differences are the earlier
        period less the last.

    Raises
    ------
    NotInStudyError
        Fewer than two periods, no model, or the study fills gaps.
    """
    structure = modelled(structure)
    if len(surveys) < 2:
        raise NotInStudyError(f"Measurement invariance over time needs two periods at least; there is {', '.join(surveys) or 'none'}.")
    last = surveys[list(surveys)[-1]]
    sides = [(period, survey, last) for period, survey in surveys.items() if survey is not last]
    options = {"permutations": permutations, "seed": seed, "confidence": confidence, **_complete_rows(how)}
    return _compared("period", sides, structure, options)


def segment_paths(
    survey: Survey,
    structure: Structure | None,
    by: str,
    *,
    permutations: int = 1000,
    seed: int,
    confidence: float = 0.95,
    how: How | None = None,
) -> pd.DataFrame:
    """Paths of each segment against all other segments together, by permutation.

    Parameters
    ----------
    survey, structure, by, permutations, seed, confidence, how
        As in ``segment_invariance``.

    Returns
    -------
    DataFrame
        segment, n, n_others, then the columns of ``compare_paths`` with p_adjusted (Holm, over the segments, for each path); first is the
        segment, second the others. A segment that cannot be compared has one row that says why; nobody with a segment leaves no row.
        Paths are withheld where ``segment_invariance`` says none, by the p-values corrected there.
    """
    structure = modelled(structure)
    options = {"permutations": permutations, "seed": seed, "confidence": confidence, **_complete_rows(how)}
    tables = []
    for each in _tested(_against_others(survey, by), structure, options):
        trouble, table = each.trouble, pd.DataFrame()
        try:
            if each.found is not None:
                table = compare_paths(each.part, each.others, structure, invariance=each.found, **options)  # type: ignore[arg-type]
        except (DataError, ModelError) as error:
            trouble = f"not comparable: {error}"
        table = pd.DataFrame([{"verdict": trouble}]) if trouble else table
        tables.append(table.assign(segment=each.name, n=each.n, n_others=each.n_others))
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    columns = ["cause", "effect", "metric", "first", "second", "estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "verdict"]
    found = found.reindex(columns=["segment", "n", "n_others", *columns])
    found["p_adjusted"] = adjusted(found, ["metric", "cause", "effect"])
    tested = found["p_value"].notna()
    found.loc[tested, "verdict"] = [verdict_of(float(p), confidence) for p in found.loc[tested, "p_adjusted"]]
    return found


def adjusted(table: pd.DataFrame, family: Sequence[str]) -> Array:
    """Holm's p-values of ``table`` within each ``family``; NaN stays NaN."""
    found = np.full(len(table), np.nan)
    p = table["p_value"].to_numpy(dtype=float)
    for places in table.reset_index(drop=True).groupby(list(family), dropna=False).indices.values():
        tested = places[np.isfinite(p[places])]
        found[tested] = holm(p[tested])
    return found


def _complete_rows(how: How | None) -> dict[str, object]:
    """The options of the fits; groups are compared on complete rows alone."""
    options = dict(how or {})
    missing = options.pop("missing", "listwise")
    if missing != "listwise":
        raise NotInStudyError(f"Groups are compared on complete rows, and this study has missing: {missing}. Use missing: listwise.")
    return options


Side = tuple[str, Survey | None, Survey | None]


def _against_others(survey: Survey, by: str) -> Iterator[Side]:
    """(segment, its respondents, those of the other segments) in the codebook's order; None where nobody is left."""
    parts = segments_of(survey, by)[1:]
    known = np.logical_or.reduce([here for _, here in parts]) if parts else np.zeros(len(survey), dtype=bool)
    for name, here in parts:
        yield name, _only(survey, here), _only(survey, known & ~here)


def _only(survey: Survey, here: npt.NDArray[np.bool_]) -> Survey | None:
    kept = here & (survey.weight_values > 0)
    return survey.only(pd.Series(kept, index=survey.responses.index)) if kept.any() else None


def _complete(survey: Survey | None, structure: Structure) -> int:
    """Respondents who answered all of the model's items."""
    if survey is None:
        return 0
    asked = [item for item in structure.items if item in survey.responses]
    whole = survey.responses[asked].notna().all(axis=1) & (survey.weight_values > 0)
    return int(whole.sum()) if len(asked) == len(structure.items) else 0


def _too_few(n: int, others: int, structure: Structure) -> str:
    """Which side is too small; how small is told by the column n alone, which reports hide."""
    needed = max(FEWEST, len(structure.items))
    short = [whose for count, whose in ((n, "respondents"), (others, "others")) if count < needed]
    return f"too few: less than {needed} {' and '.join(short)} answered all items" if short else ""


@dataclass(frozen=True, slots=True, eq=False)
class _Tested:
    """A group and the rest: complete rows, why they cannot be compared, or their invariance, judged by corrected p-values, and ``p``."""

    name: str
    part: Survey | None
    others: Survey | None
    n: int
    n_others: int
    trouble: str
    found: Invariance | None
    p: Array


def _tested(sides: Iterable[Side], structure: Structure, options: How) -> list[_Tested]:
    """Every side with its invariance; ``p`` are the p-values as they are, those in ``found`` are Holm's over the sides."""
    tested = []
    for name, part, others in sides:
        n, n_others = _complete(part, structure), _complete(others, structure)
        trouble, found = _missing(part, others, structure) or _too_few(n, n_others, structure), None
        try:
            if not trouble and part is not None and others is not None:
                found = micom(part, others, structure, **options)  # type: ignore[arg-type]
        except (DataError, ModelError) as error:
            trouble = f"not comparable: {error}"
        p = np.empty(0) if found is None else found.steps["p_value"].to_numpy(dtype=float)
        tested.append(_Tested(name, part, others, n, n_others, trouble, found, p))
    steps = [each.found.steps for each in tested if each.found is not None]
    if not steps:
        return tested
    p = adjusted(pd.concat(steps, ignore_index=True), ["step", "construct"])
    corrected = iter(np.split(p, np.cumsum([len(own) for own in steps])[:-1]))
    return [each if each.found is None else replace(each, found=_judged_by(each.found, next(corrected))) for each in tested]


def _compared(what: str, sides: Iterable[Side], structure: Structure, options: How) -> pd.DataFrame:
    tables = []
    for each in _tested(sides, structure, options):
        if each.found is None:
            steps = pd.DataFrame([{"step": "", "construct": "", "verdict": each.trouble}])
        else:
            own = each.found.steps
            words = own["construct"].map(each.found.verdicts).astype(object)
            steps = own.assign(p_adjusted=own["p_value"], p_value=each.p, invariance=words)
        steps = steps.assign(n=each.n, n_others=each.n_others)
        steps[what] = each.name
        tables.append(steps)
    columns = [what, "n", "n_others", "step", "construct", "metric", "estimate", "conf_low", "conf_high", "p_value", "p_adjusted"]
    table = (pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()).reindex(columns=[*columns, "verdict", "invariance"])
    return table.assign(invariance=table["invariance"].astype(object))


def _judged_by(found: Invariance, p: Array) -> Invariance:
    return judged(replace(found, steps=found.steps.assign(p_value=p)))


def _missing(part: Survey | None, others: Survey | None, structure: Structure) -> str:
    """What was not asked at all on one side."""
    gone = sorted({item for each in (part, others) if each is not None for item in structure.items if item not in each.responses})
    return f"not comparable: {', '.join(gone)} {'was' if len(gone) == 1 else 'were'} not asked of both" if gone else ""
