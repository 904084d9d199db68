"""The index beside an outside series: statsmodels' own Granger test, planted leads, false alarms, gaps and refusals."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from csat_lib import tracking
from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.study import load_study

QUARTERS = [f"{year}Q{quarter}" for year in range(2010, 2030) for quarter in (1, 2, 3, 4)]


def series(n, *, lead=1, strength=2.0, seed=1, persistence=0.0):
    """An index, and an outside series that follows it after ``lead`` quarters."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n + lead)
    for t in range(1, len(x)):
        x[t] += persistence * x[t - 1]
    y = np.concatenate([rng.normal(size=lead), strength * x[: n + lead - lead]])[:n] + rng.normal(size=n)
    index = pd.DataFrame({"period": QUARTERS[:n], "estimate": 70 + np.cumsum(x[:n])})
    return index, pd.DataFrame({"period": QUARTERS[:n], "value": 1000 + np.cumsum(y)})


def test_a_planted_lead_is_found_at_its_lag():
    pair = tracking.paired(*series(60, lead=2))
    table = tracking.cross_correlation(pair, lags=4)
    assert table.loc[table["estimate"].idxmax(), "lag"] == 2
    assert table[table["verdict"] == "real"]["lag"].tolist() == [2]
    causes = tracking.granger(pair, lags=2)
    assert set(causes[causes["verdict"] == "real"]["cause"]) == {"index"}
    gain = tracking.forecast_gain(pair, lags=2)
    assert gain.gain > 0.3
    assert gain.verdict == "real"
    assert "not cause" in gain.note


def test_granger_is_the_test_of_statsmodels():
    from statsmodels.tsa.stattools import grangercausalitytests

    pair = tracking.paired(*series(40))
    own = tracking.granger(pair, lags=3, of="level")
    x, y = (pair.series[name].to_numpy() for name in ("index", "value"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        there = grangercausalitytests(np.column_stack([y, x]), maxlag=3)
    for lag in (1, 2, 3):
        F, p, residual, df = there[lag][0]["ssr_ftest"]
        row = own[(own["cause"] == "index") & (own["lag"] == lag)].iloc[0]
        assert (row["estimate"], row["p_value"]) == (pytest.approx(F, rel=1e-6), pytest.approx(p, rel=1e-6))
        assert (row["df"], row["df_residual"]) == (df, residual)


def test_the_raw_correlation_at_lag_nought_is_numpys():
    pair = tracking.paired(*series(30))
    table = tracking.cross_correlation(pair, lags=2, method="effective", of="level")
    expected = np.corrcoef(pair.series["index"], pair.series["value"])[0, 1]
    assert table.loc[table["lag"] == 0, "estimate"].item() == pytest.approx(expected)
    assert (table["n_effective"] < table["n"]).all()


@pytest.mark.parametrize("method", ["prewhitened", "effective"])
def test_unrelated_series_with_memory_raise_few_false_alarms(method):
    alarms = 0
    for seed in range(100):
        pair = tracking.paired(*series(48, strength=0.0, seed=seed, persistence=0.6))
        table = tracking.cross_correlation(pair, lags=0, method=method)
        alarms += table["verdict"].item() == "real"
    # 5 % of 100 is 5, standard deviation 2.2; four of them are allowed.
    assert alarms <= 13


def test_useless_forecasts_are_not_called_a_gain():
    words = [tracking.forecast_gain(tracking.paired(*series(40, strength=0.0, seed=seed))).verdict for seed in range(100)]
    # One-sided 5 % of 100, standard deviation 2.2; four of them are allowed.
    assert words.count("real") <= 14


def test_eleven_periods_are_refused():
    with pytest.raises(NotInStudyError, match="at least 12 are needed"):
        tracking.paired(*series(11))


def test_gaps_are_named_and_the_longest_run_is_kept():
    index, outside = series(30)
    pair = tracking.paired(index, outside.drop(index=[4, 5]))
    assert pair.series["period"].tolist() == QUARTERS[6:30]
    assert pair.left_out[0] == "the outside series has no figure in 2011Q1, 2011Q2"
    assert any("longest run" in each for each in pair.left_out)
    with pytest.raises(NotInStudyError, match="2 quarters are missing between"):
        tracking.paired(index.head(20), outside.drop(index=[10, 11]))


def test_the_order_of_periods_does_not_matter():
    index, outside = series(30)
    pd.testing.assert_frame_equal(tracking.paired(index[::-1], outside).series, tracking.paired(index, outside[::-1]).series)


def test_the_unit_of_the_outside_series_does_not_matter():
    index, outside = series(30)
    one = tracking.cross_correlation(tracking.paired(index, outside))
    two = tracking.cross_correlation(tracking.paired(index, outside.assign(value=outside["value"] * 1e6 + 3)))
    np.testing.assert_allclose(one["estimate"], two["estimate"], atol=1e-9)


def test_a_csv_is_read_and_a_wrong_column_is_named(tmp_path):
    index, outside = series(20)
    outside.to_csv(tmp_path / "sales.csv", index=False)
    assert len(tracking.paired(index, tmp_path / "sales.csv").series) == 20
    outside.rename(columns={"value": "values"}).to_csv(tmp_path / "sales.csv", index=False)
    with pytest.raises(DataError, match=r"no column 'value'\. Did you mean 'values'"):
        tracking.paired(index, tmp_path / "sales.csv")
    with pytest.raises(DataError, match="no such file"):
        tracking.paired(index, tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda outside: pd.concat([outside, outside.head(1)]), "2010Q1 stands twice"),
        (lambda outside: outside.assign(period=[f"20{year}" for year in range(10, 30)]), "one kind"),
        (lambda outside: outside.assign(value=1.0), "does not vary"),
    ],
)
def test_series_that_cannot_be_held_together_are_refused(change, message):
    index, outside = series(20)
    with pytest.raises(DataError, match=message):
        tracking.cross_correlation(tracking.paired(index, change(outside)))


def test_too_many_lags_are_refused():
    pair = tracking.paired(*series(16))
    for call in (tracking.cross_correlation, tracking.granger, tracking.forecast_gain):
        with pytest.raises(ParamsError, match="lags"):
            call(pair, lags=9)


def test_a_source_of_the_study_is_summed_by_period(tiny_project):
    sales = "month,product,revenue\n2026-07,a,10\n2026-08,b,32.5\n"
    study = load_study("shop", "2026Q3", root=tiny_project(more={"data/shop/sales/2026Q3.csv": sales}))
    assert tracking.study_series(study).to_dict("records") == [{"period": "2026Q3", "value": 42.5}]
    with pytest.raises(DataError, match="no column 'turnover'"):
        tracking.study_series(study, value="turnover")
    with pytest.raises(NotInStudyError, match="no source 'returns'"):
        tracking.study_series(study, source="returns")
