"""What several notebooks of a period will ask for, worked out once in the process that they are forked from.

Nothing is decided here: the functions are those that the notebooks call, their results are kept under the content of all arguments
(``csat_lib.stats.memory``), and what a study does not have, or refuses, is left to the notebooks to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pandas as pd

from csat_lib.errors import CsatError
from csat_lib.model import bootstrap, compare_estimators, fit_pls, summarise
from csat_lib.report import expectations, keyfigures, setfigures, sliders, tracked
from csat_lib.report.charts.canvas import theme
from csat_lib.report.charts.paths import draw_paths
from csat_lib.stats.memory import keeping
from csat_lib.study import Study
from csat_lib.survey import load_history, load_survey
from csat_lib.voice import load_themes

MOST = 5_000  # respondents: with more, notebooks would wait too long for what some of them may not need


def rehearse(study: Study) -> None:
    """Work out the figures that recur, wave by wave; those of earlier waves are there already where their period came first."""
    with suppress(CsatError):
        survey = load_survey(study)
        if len(survey) > MOST:
            return
        with keeping():
            for each in _asked(study):
                with suppress(CsatError, ValueError, KeyError, ArithmeticError):
                    each()


def _asked(study: Study) -> Iterator[Callable[[], object]]:
    survey, history = load_survey(study), load_history(study)
    trend = keyfigures.outcome_trend(study, history)
    yield lambda: keyfigures.comparisons(study, trend, history=history)
    yield lambda: keyfigures.outcome_by_segment(study, survey)
    yield lambda: tracked.ranks(study, history)
    yield lambda: setfigures.set_trend(study, history)
    yield lambda: sliders.sliders(study, survey)
    yield lambda: expectations.importances(study, survey)
    yield lambda: load_themes(study)
    if study.structure is not None:
        structure = study.structure
        yield lambda: compare_estimators(survey, structure, how=study.pls)
        fit = fit_pls(survey, structure, **study.pls)
        draws = bootstrap(fit, survey, **study.bootstrap)
        yield lambda: _drawn(study, summarise(fit, draws).query("metric == 'path'"))


def _drawn(study: Study, paths: pd.DataFrame) -> None:
    """The model's boxes are placed once; where they stand is a matter of the model alone."""
    if study.structure is not None:
        with theme():
            draw_paths(study.structure, paths.dropna(subset=["estimate"]).reset_index(drop=True), language="en")
