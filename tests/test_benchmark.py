"""Us beside competitors and baselines."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of, truth
from scipy import stats

from csat_lib.errors import ModelError, ParamsError
from csat_lib.simulate import responses
from csat_lib.tracking import against_baseline, benchmark

MODEL = truth().structure
ITEMS = list(MODEL.items)
LIFTS = {"A": 0.8, "B": 0.0, "C": -0.8}


def sample(seed, n, lift=0.0):
    return (responses(truth(), n, seed=seed) + lift).clip(1, 10)


@pytest.fixture(scope="module")
def ours():
    return survey_of(sample(1, 600), ITEMS)


@pytest.fixture(scope="module")
def theirs():
    parts = [sample(number, 150, lift).assign(competitor=name) for number, (name, lift) in enumerate(LIFTS.items(), start=2)]
    return survey_of(pd.concat([*parts, sample(9, 7).assign(competitor="tiny")], ignore_index=True), ITEMS, roles={"competitor": "segment"})


@pytest.fixture(scope="module")
def found(ours, theirs):
    return benchmark(ours, theirs, MODEL, draws=600, seed=1)


def test_the_gap_is_welchs_difference_of_means(ours, theirs, found):
    row = found.gaps.query("competitor == 'A' and metric == 's1'").iloc[0]
    a = theirs.responses.loc[theirs.segment("competitor") == "A", "s1"]
    told = stats.ttest_ind(ours.responses["s1"], a, equal_var=False)
    ends = told.confidence_interval(0.95)
    assert row["p_value"] == pytest.approx(told.pvalue, rel=1e-9)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((100 / 9 * ends.low, 100 / 9 * ends.high), rel=1e-9)


def test_planted_gaps_are_found_and_a_handful_of_answers_is_too_few(found):
    verdicts = found.gaps.query("metric == 'satisfaction'").set_index("competitor")["verdict"]
    assert verdicts.to_dict() == {"A": "behind", "B": "no difference seen", "C": "ahead", "tiny": "too few"}
    assert found.gaps.query("competitor == 'tiny'")["estimate"].isna().all()
    assert "tiny" not in set(found.ranks["unit"])


def test_ranks_carry_their_uncertainty(found):
    table = found.ranks.query("metric == 'satisfaction'").set_index("unit")
    assert (table.loc["A", "rank"], table.loc["C", "rank"]) == (1, 4)
    assert table.loc["A", ["conf_low", "conf_high"]].tolist() == [1, 1]
    assert table.loc[["us", "B"], "conf_high"].tolist() == [3, 3]
    assert table["first"].sum() == pytest.approx(1)


def test_we_win_all_items_against_the_worst_and_none_against_the_best(found):
    wins = found.wins.set_index("competitor")
    assert wins.loc[["A", "C"], "estimate"].tolist() == [0, 100]
    assert wins.loc["B", "conf_low"] < 50 < wins.loc["B", "conf_high"]


def test_where_less_is_better_the_lower_one_is_ahead(ours, theirs):
    turned = benchmark(ours, theirs, MODEL, lower_is_better=["l1"], draws=200, seed=1)
    verdicts = turned.gaps.query("competitor == 'C'").set_index("metric")["verdict"]
    assert (verdicts["satisfaction"], verdicts["l1"], verdicts["loyalty"]) == ("ahead", "behind", "behind")
    assert turned.ranks.query("metric == 'loyalty' and unit == 'C'")["rank"].item() == 1


def test_three_sets_of_weights_are_named_and_close(ours, theirs, found):
    sets = {word: benchmark(ours, theirs, MODEL, weights=word, draws=100, seed=1) for word in ("ours", "theirs")}
    assert [each.weights for each in sets.values()] == [
        "item weights of our own fit",
        "item weights of a fit to all competitors' customers together",
    ]
    equal = found.gaps.query("competitor == 'A' and kind == 'index'")["estimate"].to_numpy()
    for each in sets.values():
        assert each.gaps.query("competitor == 'A' and kind == 'index'")["estimate"].to_numpy() == pytest.approx(equal, abs=0.5)


def test_another_questionnaire_is_refused_item_by_item(ours, theirs):
    asked = {**theirs.codebook.items, "q1": dataclasses.replace(theirs.codebook.items["q1"], high=12.0)}
    other = dataclasses.replace(theirs, codebook=dataclasses.replace(theirs.codebook, items=asked))
    gaps = benchmark(ours, other, MODEL, draws=100, seed=1).gaps.query("competitor == 'A'").set_index("metric")
    assert gaps.loc["q1", "verdict"] == "not comparable: q1 runs from 1 to 12 with them and from 1 to 10 with us"
    assert gaps.loc["quality", "verdict"].startswith("not comparable")
    assert gaps.loc["satisfaction", "verdict"] == "behind"


def test_bad_questions_are_refused(ours, theirs):
    with pytest.raises(ParamsError, match="No segment 'rival'"):
        benchmark(ours, theirs, MODEL, by="rival", draws=100, seed=1)
    with pytest.raises(ParamsError, match="No set of weights 'mine'"):
        benchmark(ours, theirs, MODEL, weights="mine", draws=100, seed=1)
    few = theirs.only(pd.Series(np.arange(len(theirs)) < 5))
    with pytest.raises(ModelError, match="Use weights='equal'"):
        benchmark(ours, few, MODEL, weights="theirs", draws=100, seed=1)


def test_a_published_baseline_may_have_no_error_of_its_own():
    figures = pd.DataFrame({"metric": ["index", "nps"], "estimate": [78.0, 30.0], "std_error": [0.6, 3.0]})
    industry = pd.DataFrame({"metric": ["index", "nps", "ces"], "estimate": [75.0, 33.0, 60.0], "std_error": [0.8, np.nan, np.nan]})
    table = against_baseline(figures, industry).set_index("metric")
    assert table.loc["index", ["estimate", "std_error"]].tolist() == pytest.approx([3, 1])
    assert table["verdict"].tolist() == ["ahead", "no difference seen", "no data"]
