"""Answers that no model can be fitted to: named in place of the fit, exit code 4, and everything else is published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shop as shops
from known_models import structure
from tiny_project import snapshot

from csat_lib import drivers
from csat_lib.errors import ConvergenceError, ModelError
from csat_lib.index import item_scores
from csat_lib.model import fit_pls, fit_sem
from csat_lib.study import load_study
from csat_lib.survey import load_survey

shop = pytest.fixture(shops.fixture)

MODEL = structure({"quality": ["q1", "q2"], "satisfaction": ["s1", "s2"]}, {"satisfaction": ["quality"]}, "satisfaction")


def answers(n=200, seed=3, offset=0.0):
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    liking = 0.7 * quality + 0.7 * rng.normal(size=n)
    parts = {"q1": quality, "q2": quality, "s1": liking, "s2": liking}
    return pd.DataFrame({name: offset + 6 + score + 0.6 * rng.normal(size=n) for name, score in parts.items()})


def spoil(shop, change):
    """Other answers in the file of the quarter."""
    frame = pd.read_csv(shop.data, dtype=str, keep_default_na=False)
    change(frame).to_csv(shop.data, index=False)


FAULTS = {
    "an item nobody answered": (lambda frame: frame.assign(q1=""), "q1"),
    "a constant item": (lambda frame: frame.assign(q1="7"), "'q1': all 60 answers are the same"),
    "two identical items": (lambda frame: frame.assign(q2=frame["q1"]), "'q1' and 'q2' hold the same answers"),
    "an item that mirrors another": (lambda frame: frame.assign(q2=11 - frame["q1"].astype(int)), "'q1' and 'q2' hold the same answers"),
    "three respondents": (lambda frame: frame.head(3), "3 respondents answered all of the model's 4 items: too few"),
    "nobody answered both halves": (
        lambda frame: frame.assign(q1=frame["q1"].where(frame.index < 30, ""), s1=frame["s1"].where(frame.index >= 30, "")),
        "answered all",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_model_that_cannot_be_fitted_is_withheld_and_the_rest_published(shop, case):
    change, told = FAULTS[case]
    shop.really(shops.SURVEY, shops.ITEMS, shops.FIT, shops.PATHS)
    spoil(shop, change)
    code, out, err = shop.csat("run", "tiny", "--workers", "1")
    assert code == 4, err
    assert "csat: published, with sections withheld because the model cannot be trusted:" in err
    assert told in err
    assert "Traceback" not in err
    assert "withheld  2026Q3 detail.en" in out
    published = snapshot(shop.published)
    page = published["detail.en.html"].decode()
    assert "Withheld" in page
    assert "Traceback" not in page
    assert "tables/items.csv" in published
    assert "tables/paths.csv" not in published
    survey = load_survey(load_study("tiny", root=shop.root))
    with pytest.raises(ModelError) as refusal:
        fit_pls(survey, load_study("tiny", root=shop.root).structure)
    assert str(refusal.value) in err


def test_weights_that_do_not_settle_are_withheld(shop):
    shop.really(shops.SURVEY, shops.ITEMS, shops.FIT, shops.PATHS)
    study = shop.study / "study.yaml"
    study.write_text(study.read_text() + "pls: {tolerance: 1e-15, max_iterations: 1}\n")
    code, _, err = shop.csat("run", "tiny")
    assert (code, "still moved after 1 iterations" in err) == (4, True)
    with pytest.raises(ConvergenceError, match="still moved after 1 iterations"):
        fit_pls(answers(), MODEL, tolerance=1e-15, max_iterations=1)


def test_the_report_of_a_refused_model_replaces_none_of_another_quarter(shop):
    shop.really(shops.SURVEY, shops.ITEMS, shops.FIT, shops.PATHS)
    shop.csat("run", "tiny", "2026Q2")
    before = snapshot(shop.root / "output" / "tiny" / "2026Q2")
    spoil(shop, lambda frame: frame.assign(q1="7"))
    assert shop.csat("run", "tiny", "2026Q3")[0] == 4
    assert snapshot(shop.root / "output" / "tiny" / "2026Q2") == before


ESTIMATORS = {
    "PLS": lambda frame: fit_pls(frame, MODEL),
    "CB-SEM": lambda frame: fit_sem(frame, MODEL),
    "drivers": lambda frame: drivers.importance(frame, "s1", ["q1", "q2", "s2"], method="lmg"),
}


@pytest.mark.parametrize(
    ("estimator", "frame", "told"),
    [
        ("PLS", answers().assign(q1=np.nan), "0 of 200 respondents answered all of 4 items.* 'q1' has the fewest answers"),
        ("CB-SEM", answers().assign(q1=np.nan), "'q1' has the fewest answers"),
        ("PLS", answers().assign(q1=7.0), "'q1': all 200 answers are the same"),
        ("CB-SEM", answers().assign(q1=7.0), "'q1': all 200 answers are the same"),
        ("drivers", answers().assign(s1=7.0), "'s1': all 200 answers are the same"),
        ("PLS", answers().assign(q2=lambda frame: frame["q1"]), "'q1' and 'q2' hold the same answers"),
        ("CB-SEM", answers().assign(q2=lambda frame: frame["q1"]), "'q1' and 'q2' hold the same answers"),
        ("CB-SEM", answers().assign(s2=lambda frame: frame["q1"] + frame["q2"] - frame["s1"]), "linear combination of others"),
        ("PLS", answers(3), "3 respondents answered all of the model's 4 items: too few"),
        ("CB-SEM", answers(4), "too few"),
        ("drivers", answers(3), "3 respondents answered the outcome and all 3 drivers: too few"),
    ],
)
def test_every_estimator_names_what_it_cannot_use(estimator, frame, told):
    with pytest.raises(ModelError, match=told) as refusal:
        ESTIMATORS[estimator](frame)
    assert refusal.value.exit_code == 4


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (answers().assign(q1=np.nan), "Driver 'q1' was left out: nobody answered"),
        (answers().assign(q1=7.0), "Driver 'q1' was left out: all answers are the same"),
        (answers().assign(q2=lambda frame: frame["q1"]), "Driver 'q2' was left out: a copy of another driver"),
        (answers().assign(s2=lambda frame: frame["q1"] + frame["q2"]), r"Driver 's2' was left out: .* \(rank 2 of 3\)"),
    ],
)
def test_a_driver_that_cannot_have_a_share_is_named_and_the_others_have_theirs(frame, told):
    with pytest.warns(UserWarning, match=told):
        table = ESTIMATORS["drivers"](frame)
    assert len(table) == 2
    assert table["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("offset", [1e8, -1e8])
def test_an_offset_of_a_hundred_million_changes_no_estimate(offset):
    """The answers keep eight of sixteen digits."""
    plain, moved = answers(), answers(offset=offset)
    for table in ("paths", "loadings"):
        found, expected = (getattr(fit_pls(frame, MODEL), table)["estimate"] for frame in (moved, plain))
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    found, expected = (drivers.importance(frame, "s1", ["q1", "q2"], method="lmg")["estimate"] for frame in (moved, plain))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_shuffled_columns_and_rows_change_nothing(shop):
    """Columns to 1e-12, rows to 1e-10."""
    study = load_study("tiny", root=shop.root)
    first = load_survey(study)
    fit, scores = fit_pls(first, study.structure).paths, item_scores(first, ["q1", "s2"], by="region")
    for change, tolerance in (
        (lambda frame: frame[frame.columns[::-1]], 1e-12),
        (lambda frame: frame.sample(frac=1, random_state=1), 1e-10),
    ):
        spoil(shop, change)
        again = load_survey(study)
        np.testing.assert_allclose(fit_pls(again, study.structure).paths["estimate"], fit["estimate"], rtol=tolerance)
        found = item_scores(again, ["q1", "s2"], by="region")
        merged = scores.merge(found, on=["segment", "item"], suffixes=("", "_again"))
        assert len(merged) == len(scores)
        np.testing.assert_allclose(merged["estimate_again"], merged["estimate"], rtol=tolerance)
        np.testing.assert_allclose(merged["std_error_again"], merged["std_error"], rtol=tolerance)
