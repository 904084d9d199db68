"""Back tests: the published numbers of past periods come back from their raw data. A number that moves is an entry in CHANGELOG.md."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_lib import drivers
from csat_lib.index import item_scores, scores
from csat_lib.model import bootstrap, fit_pls, index_weights, summarise
from csat_lib.report import keyfigures
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_survey

FOLDER = Path(__file__).parent / "backtest"
SEED = 20260901  # that of the demonstration
RTOL = 1e-9  # one machine gives equal bytes; sums in another order differ by rounding, and by what the weights' tolerance makes of it
WAVES = {"demo": "2026Q2", "acsi2015": "2015", "sfo": "2018"}
CASES = [(path.parent.name.split("_")[0], path.stem) for path in sorted(FOLDER.glob("*/*.*")) if path.suffix in {".csv", ".json"}]


class Wave:
    """One study and period, each result computed once."""

    def __init__(self, name: str, root: Path) -> None:
        self.study = load_study(name, WAVES[name], root=root)
        self.survey = load_survey(self.study)
        self.settings = self.study.parameters

    @cache  # noqa: B019  lives as long as the module's tests
    def model(self):
        fit = fit_pls(self.survey, self.study.structure, **self.study.pls)
        draws = bootstrap(fit, self.survey, **self.study.bootstrap)
        return fit, summarise(fit, draws, interval="bca", confidence=self.settings.confidence)

    def constructs(self):
        weights = index_weights(self.model()[0])
        return scores(self.survey.complete(self.study.structure.items), self.study.structure, weights=weights)

    def items(self):
        return item_scores(self.survey, self.study.rated)

    def segment_scores(self):
        return keyfigures.outcome_by_segment(self.study, self.survey)

    def paths(self):
        return self.model()[1].query("metric == 'path'")

    def total_effects(self):
        return self.model()[1].query("metric in ['total_effect', 'index', 'r_squared']")

    def importance(self):
        return drivers.importance(self.survey, self.study.drivers.outcome, self.study.drivers.items, **self.study.bootstrap)

    def levers(self):
        return drivers.levers(self.survey, self.study.drivers.outcome, self.study.drivers.items)

    def metrics(self):
        trend = keyfigures.outcome_trend(self.study, {WAVES[self.study.name]: self.survey})
        card = keyfigures.scorecard(self.study, self.survey, trend)
        return keyfigures.metrics(trend, card, pd.DataFrame({"period": [], "estimate": []}))


@pytest.fixture(scope="module")
def waves(root, tmp_path_factory):
    """Studies by name, with data where they are."""
    place = tmp_path_factory.mktemp("backtest")
    (place / "params").symlink_to(root / "params")
    company(place, seed=SEED, periods=("2026Q2",))
    made = {}

    def wave(name):
        if name not in made:
            made[name] = Wave(name, place if name == "demo" else root)
        return made[name]

    return wave


@pytest.mark.parametrize(("study", "name"), CASES)
def test_the_published_numbers_come_back(waves, request, study, name):
    if study != "demo":
        request.getfixturevalue("real_data")
    published = FOLDER / f"{study}_{WAVES[study]}"
    found = getattr(waves(study), name)()
    if name == "metrics":
        expected = json.loads((published / "metrics.json").read_text(encoding="utf-8"))
        assert set(found) == set(expected)
        np.testing.assert_allclose([found[key] for key in expected], list(expected.values()), rtol=RTOL)
        return
    expected = pd.read_csv(published / f"{name}.csv", keep_default_na=False, dtype=str)
    keys = [
        column for column in expected.columns if column in {"by", "segment", "construct", "item", "cause", "effect", "driver", "metric"}
    ]
    numbers = [column for column in expected.columns if column not in keys]
    both = found.assign(**{key: found[key].fillna("").astype(str) for key in keys}).merge(expected, on=keys, suffixes=("", "_published"))
    assert len(both) == len(found) == len(expected)
    for column in numbers:
        told = pd.to_numeric(both[f"{column}_published"], errors="coerce").to_numpy()
        np.testing.assert_allclose(both[column].to_numpy(dtype=float), told, rtol=RTOL, atol=1e-12, err_msg=column)


def test_every_study_has_a_back_test():
    assert {study for study, _ in CASES} == set(WAVES)
    assert len(CASES) >= 20
