"""The rows a fit was made from, given again: for what needs respondents and not only their moments."""

from __future__ import annotations

import numpy as np

from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.model.pls import PlsFit
from csat_lib.survey import Data, Rows, rows_of


def rows_of_fit(fit: PlsFit, data: Data, *, purpose: str) -> Rows:
    """The rows of ``data`` by the fit's rule for missing answers, refused unless they are those that ``fit`` was made from.

    Parameters
    ----------
    fit : PlsFit
        The model.
    data : Survey or DataFrame
        What it was fitted to.
    purpose : str
        What needs the rows; it opens the refusals.

    Raises
    ------
    ParamsError
        Moments, or other rows or weights than the fit's.
    """
    m = fit.observed
    rows = rows_of(data, m.items, purpose=purpose, missing=m.missing)
    n = m.n if m.pairs is None else m.pairs.rows
    if len(rows.X) != n:
        raise ParamsError(f"{purpose}: {len(rows.X)} usable rows, but the fit was made from {n}. Give the same data.")
    answered = ~np.isnan(rows.X)
    means = rows.weights @ np.where(answered, rows.X, 0.0) / (rows.weights @ answered)
    if np.abs(means - m.mean).max() > 1e-6 * np.nanmax(np.abs(rows.X)):
        raise ParamsError(f"{purpose}: the means of these data are not those of the fit. Give the data it was made from, with its weights.")
    return rows


def complete_rows_of_fit(fit: PlsFit, data: Data, *, purpose: str) -> Rows:
    """The rows of a fit from complete rows without higher-order constructs: ``rows_of_fit`` for what knows neither.

    Parameters
    ----------
    fit, data, purpose
        As in ``rows_of_fit``.

    Raises
    ------
    NotInStudyError
        A fit with higher-order constructs, or with another rule than listwise.
    ParamsError
        Moments, or other rows or weights than the fit's.
    """
    if fit.first is not None:
        parts = set(fit.first.structure.names)
        whole = next(each.name for each in fit.structure.constructs if parts & set(each.items))
        raise NotInStudyError(f"{purpose}: {whole} is of higher order. Use the model of its members.")
    if fit.moments.missing != "listwise":
        raise NotInStudyError(f"{purpose} needs complete rows; this fit used missing={fit.moments.missing!r}. Fit with missing='listwise'.")
    return rows_of_fit(fit, data, purpose=purpose)
