"""Which changes between waves are real."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of, truth
from scipy import stats

import csat_lib as csat
from csat_lib.errors import ParamsError
from csat_lib.simulate import responses
from csat_lib.study import Target, Text
from csat_lib.survey.planner import detectable
from csat_lib.tracking import compare_figures, compare_waves
from csat_lib.tracking.calendar import missing_between, pairs_of

ITEMS = ["overall"]
ROOT = Path(__file__).resolve().parents[1]


def wave(seed, n=400, shift=0.0, weights=None, **columns):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"overall": np.clip(rng.normal(6 + shift, 1.8, n), 1, 10), **{name: each(rng, n) for name, each in columns.items()}}
    )
    return survey_of(frame, ITEMS, roles=dict.fromkeys(columns, "segment"), weights=weights)


@pytest.fixture(scope="module")
def sfo(real_data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSAT_REAL_DATA", str(real_data))
        return {str(year): csat.load_survey(csat.load_study("sfo", year, root=ROOT)) for year in range(2013, 2019)}


def test_two_changes_of_the_airports_rating_are_real_without_weights(sfo):
    found = compare_waves(sfo, items=ITEMS, weighting="none", against=["previous"], at="every")
    table = found.changes.set_index("period")
    assert table.index[table["verdict"] == "real"].tolist() == ["2015", "2018"]
    # Four points of the 1-5 scale are a hundred; published to three digits.
    assert (table["estimate"] / 25)[["2015", "2018"]].tolist() == pytest.approx([0.052, -0.062], abs=5e-4)
    assert table.loc[["2015", "2018"], "p_adjusted"].tolist() == pytest.approx([0.026, 0.008], abs=5e-4)
    assert set(table["correction"]) == {"Holm over 5"}
    assert found.note.startswith("Without weights: every answer counts alike")


def test_no_yearly_change_of_the_airport_is_real_with_weights_but_that_of_five_years_is(sfo):
    found = compare_waves(sfo, items=ITEMS, against=["previous"], at="every")
    assert set(found.changes["verdict"]) == {"within noise"}
    assert found.changes["p_value"].min() == pytest.approx(0.098, abs=5e-4)
    assert found.note.startswith("With the survey weights")
    long = compare_waves(sfo, items=ITEMS, against=["first"]).changes.iloc[0]
    assert (long["estimate"] / 25, long["p_value"], long["verdict"]) == (
        pytest.approx(0.058, abs=5e-4),
        pytest.approx(0.005, abs=5e-4),
        "real",
    )


def test_the_test_is_welchs():
    before, after = wave(1, n=80), wave(2, n=300, shift=0.4)
    row = compare_waves({"2026Q2": before, "2026Q3": after}, items=ITEMS, against=["previous"]).changes.iloc[0]
    told = stats.ttest_ind(after.responses["overall"], before.responses["overall"], equal_var=False)
    assert (row["p_value"], row["df"]) == (pytest.approx(told.pvalue, rel=1e-9), pytest.approx(told.df, rel=1e-9))
    ends = told.confidence_interval(0.95)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((100 / 9 * ends.low, 100 / 9 * ends.high), rel=1e-9)


def test_the_detectable_difference_is_the_planners():
    before, after = wave(3, n=500), wave(4, n=400)
    row = compare_waves({"2025": before, "2026": after}, items=ITEMS, against=["previous"]).changes.iloc[0]
    sd = 100 / 9 * np.sqrt((before.responses["overall"].var() + after.responses["overall"].var()) / 2)
    # The planner has one standard deviation for both waves.
    assert row["detectable"] == pytest.approx(detectable(400, before=500, sd=sd), rel=0.01)


def test_equal_waves_differ_in_one_of_twenty_with_and_without_weights():
    rng = np.random.default_rng(5)
    p = {"survey": [], "none": []}
    plain = wave(5, n=150, weights=pd.Series(np.ones(150)))
    for _ in range(200):
        waves = {}
        for period in ("2025", "2026"):
            group = rng.random(150) < 0.3
            answers = pd.DataFrame({"overall": np.clip(rng.normal(np.where(group, 5, 7), 1.5), 1, 10)})
            waves[period] = dataclasses.replace(plain, responses=answers, weights=pd.Series(np.where(group, 2.0, 0.6)))
        for word, found in p.items():
            found.append(compare_waves(waves, items=ITEMS, weighting=word, against=["previous"]).changes["p_value"].item())
    for found in p.values():
        # 200 pairs of waves know 5 % to 1.5 points; the benchmark has thousands.
        assert 0.01 <= (np.array(found) < 0.05).mean() <= 0.1


def test_a_panel_is_more_exact_than_independent_samples():
    rng = np.random.default_rng(6)
    lasting = rng.normal(6, 1.5, 300)
    waves = {}
    for period in ("2025", "2026"):
        frame = pd.DataFrame({"overall": (lasting + rng.normal(0, 0.7, 300)).clip(1, 10), "who": [f"P{k}" for k in range(300)]})
        waves[period] = survey_of(frame, ITEMS, roles={"who": "id"})
    own, apart = (compare_waves(waves, items=ITEMS, against=["previous"], panel=panel).changes.iloc[0] for panel in ("auto", "independent"))
    assert (own["overlap"], apart["overlap"]) == (300, 0)
    change = (waves["2026"].responses - waves["2025"].responses)["overall"]
    assert own["std_error"] == pytest.approx(100 / 9 * change.std() / np.sqrt(300), rel=1e-9)
    assert own["std_error"] < 0.6 * apart["std_error"]


def test_small_bases_are_flagged_hidden_or_not_tested():
    sizes = {"a": 8, "b": 12, "c": 25, "d": 355}

    def region(_rng, _n):
        return np.repeat(list(sizes), list(sizes.values()))

    waves = {"2025": wave(7, region=region), "2026": wave(8, region=region)}
    loose, strict = (compare_waves(waves, items=ITEMS, by="region", against=["previous"], small=word) for word in ("default", "strict"))
    base = loose.figures[loose.figures["period"] == "2026"].set_index("segment")
    # a is too small; b, the next smallest, goes with it, since the total and the others would give a away.
    assert base["base"].to_dict() == {"all": "ok", "a": "suppressed", "b": "suppressed", "c": "small", "d": "ok"}
    assert base.loc[["a", "b"], "estimate"].isna().all()
    verdicts = strict.changes.set_index("segment")["verdict"]
    assert verdicts["a"] == "suppressed: too few answers"
    assert verdicts["c"] == "not tested: fewer than 30 answers"
    assert loose.changes.set_index("segment")["verdict"]["c"] in {"real", "within noise"}


def test_one_period_a_gap_and_a_missing_year_are_said_and_the_rest_goes_on():
    alone = compare_waves({"2026Q3": wave(9)}, items=ITEMS)
    assert alone.changes["verdict"].tolist() == ["no data: there is one period only"] * 2
    assert alone.figures["n"].tolist() == [400]
    found = compare_waves({"2025Q4": wave(10), "2026Q3": wave(11)}, items=ITEMS).changes.set_index("comparison")
    assert found.loc["previous", "note"] == "2 quarters are missing between 2025Q4 and 2026Q3"
    assert np.isfinite(found.loc["previous", "p_value"])
    assert found.loc["year_before", "verdict"] == "no data: no survey of 2025Q3"


def test_a_segment_that_no_wave_has_is_refused():
    with pytest.raises(ParamsError, match="No segment 'region'"):
        compare_waves({"2025": wave(12), "2026": wave(13)}, items=ITEMS, by="region")


def test_a_segment_that_appears_or_vanishes_is_named():
    old = wave(12, region=lambda _, n: np.where(np.arange(n) < 200, "north", "south"))
    new = wave(13, region=lambda _, n: np.where(np.arange(n) < 200, "north", "west"))
    found = compare_waves({"2025": old, "2026": new}, items=ITEMS, by="region", against=["previous"]).changes.set_index("segment")
    assert found["verdict"]["south"] == "no data: gone, there is no figure in 2026"
    assert found["verdict"]["west"] == "no data: new, there is no figure in 2025"
    assert np.isfinite(found["p_value"][["all", "north"]]).all()


def test_a_figure_that_was_asked_otherwise_is_refused_alone():
    items = list(truth().structure.items)
    old, new = (survey_of(responses(truth(), 300, seed=seed).clip(1, 10), items) for seed in (14, 15))
    asked = {**new.codebook.items, "q1": dataclasses.replace(new.codebook.items["q1"], high=12.0)}
    new = dataclasses.replace(new, codebook=dataclasses.replace(new.codebook, items=asked))
    invariance = pd.DataFrame({"period": ["2025"], "construct": ["image"], "verdict": ["differs"], "invariance": ["none"]})
    found = compare_waves({"2025": old, "2026": new}, truth().structure, against=["previous"], invariance=invariance).changes
    said = found.set_index("metric")["verdict"]
    assert said["quality"] == "not comparable: q1 runs from 1 to 10 before and from 1 to 12 now"
    assert said["image"] == "not comparable: measurement invariance fails for 2025: differs"
    assert found["p_value"].notna().sum() == 2
    assert found["correction"].iloc[-1] == "Holm over 2"


def test_targets_stand_beside_the_changes():
    goal = Target(label=Text(en="Rating"), target=40.0)
    found = compare_waves({"2025": wave(16), "2026": wave(17)}, items=ITEMS, targets={"overall": goal, "nps": goal}).changes
    row, absent = (found[(found["comparison"] == "target") & (found["metric"] == name)].iloc[0] for name in ("overall", "nps"))
    assert row["estimate"] == pytest.approx(row["after"] - 40)
    assert (row["verdict"], absent["verdict"]) == ("met", "no data")


def test_figures_of_other_rooms_are_compared_as_they_are():
    figures = pd.DataFrame(
        {"period": ["2025Q3", "2026Q2", "2026Q3"], "metric": "index", "estimate": [70.0, 72, 74], "std_error": [0.8, 0.6, 0.8], "n": 900}
    )
    found = compare_figures(figures).changes.set_index("comparison")
    assert found.loc["previous", ["estimate", "std_error"]].tolist() == pytest.approx([2, 1])
    assert found.loc["year_before", "estimate"] == 4
    assert found.loc["year_before", "verdict"] == "real"
    with pytest.raises(ParamsError, match="no column 'n'"):
        compare_figures(figures.drop(columns="n"))


def test_periods_are_held_against_what_was_asked_once_each():
    names = ["2025Q2", "2025Q3", "2026Q2"]
    assert [each[:3] for each in pairs_of(names, ["previous", "year_before", "first"])] == [
        ("previous", "2026Q2", "2025Q3"),
        ("year_before", "2026Q2", "2025Q2"),
    ]
    assert missing_between("2026-01", "2026-03") == "1 month is missing between 2026-01 and 2026-03"
    assert missing_between("wave 1", "wave 2") == missing_between("2025", "2026") == ""
    with pytest.raises(ParamsError, match="2026Q2 stands before 2025Q3"):
        pairs_of(["2025Q2", "2026Q2", "2025Q3"], ["previous"])
    with pytest.raises(ParamsError, match="No comparison 'last'"):
        pairs_of(names, ["last"])
