"""Transitions of satisfaction levels: published chains, statsmodels' square tables, invariances, recovery and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable

from csat_lib import tracking
from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.study import load_codebook
from csat_lib.survey import Survey
from csat_lib.tracking import chain
from csat_lib.tracking.gains import stationary_counts

# Kemeny & Snell, Finite Markov Chains (1960): the Land of Oz; 75 Z, first passage and return times as printed there.
OZ = [[2, 1, 1], [2, 0, 2], [1, 1, 2]]
# The chain of the project's methods page, solved there by hand to six decimals.
LEVELS = [[70, 20, 10], [30, 50, 20], [20, 30, 50]]


def oz():
    return tracking.transitions_from_counts(OZ, values=[100, 50, 0])


def levels(**options):
    return tracking.transitions_from_counts(LEVELS, values=[100, 50, 0], **options)


def panel(counts, grades):
    """Customers who moved as the table says, one row each."""
    cells = [(grades[i], grades[j]) for i, row in enumerate(counts) for j, n in enumerate(row) for _ in range(n)]
    frame = pd.DataFrame(cells, columns=["before", "after"], index=[f"C{place}" for place in range(len(cells))])
    return frame["before"], frame["after"]


def test_the_land_of_oz_has_the_published_long_run_and_passage_times():
    found = oz()
    np.testing.assert_allclose(found.steady_state, [0.4, 0.2, 0.4], atol=1e-12)
    np.testing.assert_allclose(75 * found.fundamental, [[86, 3, -14], [6, 63, 6], [-14, 3, 86]], atol=1e-10)
    np.testing.assert_allclose(found.first_passage, [[0, 4, 10 / 3], [8 / 3, 0, 8 / 3], [10 / 3, 4, 0]], atol=1e-12)
    np.testing.assert_allclose(found.mean_return, [2.5, 5, 2.5], atol=1e-12)


def test_the_second_golden_chain_is_met_to_six_decimals():
    found = levels()
    np.testing.assert_allclose(found.steady_state, [0.463415, 0.317073, 0.219512], atol=5e-7)
    np.testing.assert_allclose(found.mean_return, [2.157895, 3.153846, 4.555556], atol=5e-7)
    passage = [[0, 4.615385, 7.777778], [3.684211, 0, 6.666667], [4.210526, 3.846154, 0]]
    np.testing.assert_allclose(found.first_passage, passage, atol=5e-7)


def test_equations_state_by_state_give_the_same_passage_times_as_the_fundamental_matrix():
    P = np.random.default_rng(1).dirichlet(np.ones(5), size=5)
    pi = chain.steady_state(P)
    np.testing.assert_allclose(chain.hitting_times(P), chain.first_passage(chain.fundamental(P, pi), pi), rtol=1e-10)


def test_the_long_run_is_a_high_power_of_the_matrix():
    found = levels()
    np.testing.assert_allclose(np.linalg.matrix_power(found.matrix.to_numpy(), 200)[0], found.steady_state, atol=1e-12)
    assert found.levels["long_run"] == pytest.approx(100 * 0.4634146341 + 50 * 0.3170731707, abs=1e-6)
    # (k - tr P) / (k - 1) = (3 - 1.7) / 2 and ln 2 / -ln |lambda_2| by scipy-free arithmetic of the characteristic polynomial.
    assert found.mobility == pytest.approx(0.65)
    roots = np.sort(np.abs(np.roots(np.poly(found.matrix.to_numpy()))))
    assert found.second_eigenvalue == pytest.approx(roots[-2])
    assert found.half_life == pytest.approx(np.log(2) / -np.log(roots[-2]))


def test_a_panel_gives_what_its_counts_give_in_any_order_of_customers():
    before, after = panel(LEVELS, [100, 50, 0])
    found = tracking.transitions(before.sample(frac=1, random_state=3), after, grades=[100, 50, 0])
    np.testing.assert_array_equal(found.counts, LEVELS)
    pd.testing.assert_series_equal(found.steady_state, levels().steady_state)


def test_customers_of_one_wave_only_are_counted_and_left_out():
    before, after = panel(LEVELS, [100, 50, 0])
    more = pd.concat([after, pd.Series([100.0, 50.0], index=["new", "newer"])])
    found = tracking.transitions(before, more, grades=[100, 50, 0])
    assert (found.n, found.unmatched) == (300, {"before": 0, "after": 2})


def test_a_weight_of_two_counts_as_two_customers():
    before, after = panel(LEVELS, [100, 50, 0])
    w = pd.Series(1.0, index=before.index)
    w.iloc[:70] = 2.0
    doubled = tracking.transitions_from_counts([[140, 20, 10], *LEVELS[1:]], values=[100, 50, 0])
    found = tracking.transitions(before, after, grades=[100, 50, 0], weights=w)
    np.testing.assert_allclose(found.matrix, doubled.matrix, atol=1e-12)
    assert found.n_effective == pytest.approx(370**2 / (70 * 4 + 230))


def test_laplace_adds_one_customer_to_every_cell():
    assert levels(smoothing="laplace").matrix.iloc[0].tolist() == pytest.approx([71 / 103, 21 / 103, 11 / 103])


def test_words_need_values_and_keep_their_order():
    before, after = panel([[3, 1], [1, 3]], ["pleased", "annoyed"])
    found = tracking.transitions(before, after, grades={"pleased": 100, "annoyed": 0})
    assert list(found.matrix.index) == ["pleased", "annoyed"]
    with pytest.raises(ParamsError, match="words without values"):
        tracking.transitions(before, after, grades=["pleased", "annoyed"])


def test_independent_samples_are_refused_by_name():
    before, after = panel(LEVELS, [100, 50, 0])
    other = after.set_axis([f"D{place}" for place in range(len(after))])
    with pytest.raises(NotInStudyError, match="Independent samples cannot say who moved"):
        tracking.transitions(before, other, grades=[100, 50, 0])
    with pytest.raises(DataError, match="merely counts the rows"):
        tracking.transitions(before.reset_index(drop=True), after.reset_index(drop=True), grades=[100, 50, 0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda before, after: (before, pd.concat([after, after.iloc[:1]])), "after: the id 'C0' is repeated"),
        (lambda before, after: (before.replace(100, 99), after), "before: 99 is not one of the grades"),
    ],
)
def test_bad_panels_are_refused_by_name(change, message):
    with pytest.raises(DataError, match=message):
        tracking.transitions(*change(*panel(LEVELS, [100, 50, 0])), grades=[100, 50, 0])


@pytest.mark.parametrize(
    ("counts", "message"),
    [([[1, 2], [3, 4], [5, 6]], "square table"), ([[1, -2], [3, 4]], "0 or more"), ([[0, 0], [0, 0]], "not all of them 0")],
)
def test_bad_counts_are_refused_by_name(counts, message):
    with pytest.raises(DataError, match=message):
        tracking.transitions_from_counts(counts, values=[1, 0])


def waves(ids_before, ids_after, tmp_path, related="yes"):
    """Two surveys of one question with the given ids."""
    text = "title: t\ndefaults: {scale: {min: 1, max: 5}}\nitems: {q: }\nattributes: {who: {role: id}}\n"
    (tmp_path / "codebook.yaml").write_text(text, encoding="utf-8")
    book = load_codebook(tmp_path / "codebook.yaml")
    rng = np.random.default_rng(5)
    one = rng.integers(1, 6, len(ids_before))
    two = np.where(rng.random(len(one)) < 0.6, one, rng.integers(1, 6, len(one))) if related == "yes" else rng.integers(1, 6, len(one))
    return [Survey.from_frame(pd.DataFrame({"q": q, "who": who}), book) for q, who in ((one, ids_before), (two, ids_after))]


def test_two_waves_of_a_survey_are_matched_by_their_id(tmp_path):
    ids = [f"K{place}" for place in range(200)]
    pairs = tracking.panel_grades(*waves(ids, ids, tmp_path), "q")
    found = tracking.transitions(pairs["before"], pairs["after"], grades=[5, 4, 3, 2, 1], weights=pairs["weight"])
    assert found.n == 200
    assert np.diag(found.matrix).mean() > 0.5


def test_numbers_of_questionnaires_are_not_customers(tmp_path):
    scattered = sorted(np.random.default_rng(2).choice(9_000, 1_500, replace=False))
    with pytest.raises(NotInStudyError, match="unrelated"):
        tracking.panel_grades(*waves(scattered, scattered, tmp_path, related="no"), "q")
    with pytest.raises(NotInStudyError, match="Independent samples"):
        tracking.panel_grades(*waves(["a", "b", "c"] * 1, ["d", "e", "f"], tmp_path), "q")


def test_an_absorbing_grade_is_named_and_says_where_it_ends():
    found = tracking.transitions_from_counts([[10, 0, 0], [3, 5, 2], [0, 0, 8]], values=[2, 1, 0])
    assert found.kind == "absorbing"
    assert set(found.findings["rule"]) == {"absorbing grade", "transient grades", "several long runs"}
    # From the middle .3 go up and .2 down of every .5 who leave: 3/5 and 2/5.
    np.testing.assert_allclose(found.absorption.loc["1"], [0.6, 0.4])
    assert found.steady_state.isna().all()
    assert np.isinf(found.first_passage.loc["0", "2"])


def test_a_periodic_chain_is_named_and_its_long_run_is_a_mean_over_time():
    found = tracking.transitions_from_counts([[0, 5], [5, 0]], values=[1, 0])
    assert found.kind == "periodic"
    assert "every 2 waves" in found.findings["detail"].iloc[0]
    assert found.steady_state.tolist() == pytest.approx([0.5, 0.5])
    assert np.isinf(found.half_life)


def test_an_empty_origin_is_named_and_one_wave_can_still_be_forecast():
    found = tracking.transitions_from_counts([[5, 2, 0], [0, 0, 0], [2, 3, 4]], values=[2, 1, 0])
    assert found.kind == "incomplete"
    assert found.findings["rule"].tolist() == ["empty origin"]
    assert found.steady_state.isna().all()
    smoothed = tracking.transitions_from_counts([[5, 2, 0], [0, 0, 0], [2, 3, 4]], values=[2, 1, 0], smoothing="laplace")
    assert smoothed.steady_state.sum() == pytest.approx(1)


def test_a_grade_that_nobody_was_ever_in_leaves_the_others_as_they_are():
    found = tracking.transitions_from_counts([[70, 20, 0, 10], [30, 50, 0, 20], [0] * 4, [20, 30, 0, 50]], values=[4, 3, 2, 1])
    np.testing.assert_allclose(found.steady_state, np.insert(levels().steady_state, 2, 0), atol=1e-12)
    np.testing.assert_allclose(found.first_passage.iloc[[0, 1, 3], [0, 1, 3]], levels().first_passage, atol=1e-12)


def test_symmetry_and_equal_margins_agree_with_statsmodels():
    rng = np.random.default_rng(8)
    for _ in range(5):
        counts = rng.integers(1, 60, (4, 4))
        table = SquareTable(counts, shift_zeros=False)
        own = tracking.transition_tests(tracking.transitions_from_counts(counts, values=[3, 2, 1, 0])).set_index("metric")
        for name, other in (("bowker", table.symmetry()), ("stuart_maxwell", table.homogeneity())):
            assert own.loc[name, "estimate"] == pytest.approx(other.statistic, rel=1e-10)
            assert own.loc[name, "df"] == other.df
            assert own.loc[name, "p_value"] == pytest.approx(other.pvalue, rel=1e-8)


def test_stationarity_is_the_sum_of_likelihood_ratios_of_the_origins_by_scipy():
    second = [[60, 30, 10], [20, 60, 20], [10, 30, 60]]
    steps = [tracking.transitions_from_counts(each, values=[2, 1, 0]) for each in (LEVELS, second)]
    own = tracking.stationarity(steps)
    scipy_says = [stats.chi2_contingency([a, b], correction=False, lambda_="log-likelihood") for a, b in zip(LEVELS, second, strict=True)]
    np.testing.assert_allclose(own["estimate"], [*(each.statistic for each in scipy_says), sum(each.statistic for each in scipy_says)])
    assert own["df"].tolist() == [2, 2, 2, 6]
    with pytest.raises(DataError, match="three waves"):
        tracking.stationarity(steps[:1])


def test_stationarity_errs_as_often_as_it_says():
    rng = np.random.default_rng(3)
    P = np.array(LEVELS) / 100
    seen = 0
    for _ in range(150):
        steps = [np.stack([rng.multinomial(150, row) for row in P]) for _ in range(3)]
        table = tracking.stationarity([tracking.transitions_from_counts(each, values=[2, 1, 0]) for each in steps])
        seen += table["verdict"].iloc[-1] == "differs"
    # 5 % of 150 is 7.5; the binomial's standard deviation is 2.7, and three of them are allowed.
    assert 1 <= seen <= 15


def test_what_goes_beyond_a_stationary_chain_averages_to_the_change():
    found = tracking.gains_by_origin(levels(), draws=200, seed=1).set_index("grade")
    parts = found.loc[["100", "50", "0"]]
    assert (parts["share"] * parts["beyond"]).sum() == pytest.approx(found.loc["all", "estimate"], abs=1e-9)
    assert (parts["share"] * parts["stationary"]).sum() == pytest.approx(0, abs=1e-9)
    # 50/3 + 100/3 lost and won: (100 - 50) * (100 + 50) etc. leaves 20/3 points by hand from the margins 120, 100, 80 of 300.
    assert found.loc["all", "estimate"] == pytest.approx(20 / 3)


def test_the_stationary_chain_keeps_margins_and_odds_ratios():
    N = np.array(LEVELS, dtype=float)
    T = stationary_counts(N)
    np.testing.assert_allclose(T.sum(axis=0), N.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(T.sum(axis=1), N.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(T[0, 0] * T[1, 1] / T[0, 1] / T[1, 0], N[0, 0] * N[1, 1] / N[0, 1] / N[1, 0], rtol=1e-9)


def test_regression_to_the_mean_alone_is_not_called_a_gain():
    symmetric = [[80, 30, 10], [30, 60, 30], [10, 30, 80]]
    found = tracking.gains_by_origin(tracking.transitions_from_counts(symmetric, values=[100, 50, 0]), draws=400, seed=2)
    assert found["estimate"].abs().max() > 20
    assert set(found["verdict"]) == {"within noise"}
    np.testing.assert_allclose(found["beyond"], 0, atol=1e-6)


def test_intervals_depend_on_the_seed_alone_and_cover_the_truth():
    one, two = (tracking.transition_intervals(levels(), draws=300, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    rng, P, hits = np.random.default_rng(6), np.array(LEVELS) / 100, 0
    for _ in range(100):
        counts = np.stack([rng.multinomial(150, row) for row in P])
        table = tracking.transition_intervals(tracking.transitions_from_counts(counts, values=[100, 50, 0]), draws=300, seed=1)
        own = table[table["metric"] == "level_long_run"].iloc[0]
        hits += own["conf_low"] <= 62.195122 <= own["conf_high"]
    # 95 % of 100 is 95; four standard deviations of 2.2 are allowed.
    assert hits >= 86


def test_a_standard_error_of_a_probability_is_the_binomial_one():
    table = tracking.transition_intervals(levels(), draws=4000, seed=1)
    own = table[(table["metric"] == "probability") & (table["grade"] == "100") & (table["to"] == "100")].iloc[0]
    # 4,000 draws give a standard deviation to 1.1 %; 5 % leaves room for the ratio's own curvature.
    assert own["std_error"] == pytest.approx(np.sqrt(0.7 * 0.3 / 100), rel=0.05)


def test_a_panel_with_equal_weights_resamples_like_its_counts():
    before, after = panel(LEVELS, [100, 50, 0])
    w = pd.Series(np.where(np.arange(300) % 2, 1.0, 1.0 + 1e-9), index=before.index)
    own = tracking.transition_intervals(tracking.transitions(before, after, grades=[100, 50, 0], weights=w), draws=2000, seed=1)
    other = tracking.transition_intervals(levels(), draws=2000, seed=1)
    np.testing.assert_allclose(own["std_error"], other["std_error"], rtol=0.15)


def test_a_forecast_is_a_power_of_the_matrix_and_ends_in_the_long_run():
    found = levels()
    table = tracking.forecast(found, steps=3, draws=100, seed=1)
    p = np.array([120, 100, 80]) / 300
    by_hand = p @ np.linalg.matrix_power(found.matrix.to_numpy(), 3)
    own = table[(table["step"] == "3") & (table["metric"] == "share")]["estimate"]
    np.testing.assert_allclose(own, by_hand, atol=1e-12)
    last = table[(table["step"] == "long run") & (table["metric"] == "level")].iloc[0]
    assert last["estimate"] == pytest.approx(62.195122, abs=1e-6)
    assert last["conf_low"] < last["estimate"] < last["conf_high"]


def test_a_changed_row_moves_the_long_run_as_the_changed_matrix_says():
    row = [0.4, 0.4, 0.2]
    table = tracking.what_if(levels(), {0: row}, draws=100, seed=1)
    changed = tracking.transitions_from_counts([*LEVELS[:2], [40, 40, 20]], values=[100, 50, 0])
    own = table[(table["step"] == "long run") & (table["metric"] == "share")]["changed"]
    np.testing.assert_allclose(own, changed.steady_state, atol=1e-12)
    assert tracking.with_rows(levels(), {0: row}).levels["long_run"] == pytest.approx(changed.levels["long_run"])
    with pytest.raises(ParamsError, match="sum to 1"):
        tracking.what_if(levels(), {0: [0.5, 0.5, 0.5]})
    with pytest.raises(ParamsError, match="not a grade"):
        tracking.what_if(levels(), {7: row})


def test_draws_need_a_seed_and_whole_customers():
    with pytest.raises(ParamsError, match="seed"):
        tracking.forecast(levels(), draws=100)
    with pytest.raises(DataError, match="not whole numbers of customers"):
        tracking.gains_by_origin(tracking.transitions_from_counts([[1.5, 1], [1, 2]], values=[1, 0]), draws=100, seed=1)


def test_a_labelled_table_of_counts_names_its_grades_and_gives_the_same_chain():
    names = ["pleased", "neutral", "annoyed"]
    table = pd.DataFrame(LEVELS, index=names, columns=names)
    found = tracking.transitions_from_counts(table, values={"annoyed": 0, "pleased": 100, "neutral": 50})
    assert list(found.matrix.index) == names
    np.testing.assert_allclose(found.matrix, levels().matrix)
    np.testing.assert_allclose(found.steady_state, levels().steady_state)
    pd.testing.assert_frame_equal(tracking.transitions_from_counts(table, values=[100, 50, 0]).matrix, found.matrix)
    with pytest.raises(DataError, match="must name the same grades in order"):
        tracking.transitions_from_counts(table[names[::-1]], values=[100, 50, 0])
    with pytest.raises(ParamsError, match=r"expected one for each of the 3 grades; got 2, none for \['annoyed'\]"):
        tracking.transitions_from_counts(table, values={"pleased": 100, "neutral": 50})
    with pytest.raises(ParamsError, match="values: expected 3, one for each grade, got 2"):
        tracking.transitions_from_counts(LEVELS, values=[100, 50])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"grades": [100, 100, 0]}, ParamsError, "two or more different grades"),
        ({"grades": [100]}, ParamsError, "two or more different grades"),
        ({"grades": {100: np.nan, 50: 1, 0: 0}}, ParamsError, "every grade needs a finite value"),
        ({"weights": [1.0, 2.0]}, ParamsError, "a Series with one weight a customer, indexed by id"),
        ({"weights": pd.Series([1.0, 2.0], index=["C0", "C0"])}, ParamsError, "a Series with one weight a customer"),
        ({"weights": pd.Series(1.0, index=["C0", "C1"])}, DataError, "298 of 300 matched have none or a negative one, 'C2' for example"),
        ({"weights": pd.Series(0.0, index=[f"C{place}" for place in range(300)])}, DataError, "weights: 0 of 300"),
    ],
)
def test_grades_and_weights_that_make_no_sense_are_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        tracking.transitions(*panel(LEVELS, [100, 50, 0]), **{"grades": [100, 50, 0], **options})


def test_a_plain_list_is_no_panel():
    before, after = panel(LEVELS, [100, 50, 0])
    with pytest.raises(ParamsError, match="after: expected a Series of grades indexed by the customers' ids, got list"):
        tracking.transitions(before, after.tolist(), grades=[100, 50, 0])
