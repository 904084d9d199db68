"""Control charts of tracked figures: which chart, and what it signals."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.tracking import control_chart


def figures(estimates, se, *, kind="item", n=900):
    periods = [f"{2022 + k // 4}Q{k % 4 + 1}" for k in range(len(estimates))]
    return pd.DataFrame(
        {"period": periods, "metric": "overall", "kind": kind, "estimate": estimates, "std_error": se, "n": n, "n_effective": float(n)}
    )


def test_waves_that_differ_by_sampling_alone_have_limits_of_sampling_alone():
    rng = np.random.default_rng(1)
    found = control_chart(figures(75 + rng.normal(0, 0.6, 16), np.full(16, 0.6)))
    assert set(found["chart"]) == {"xbar"}
    assert (found["limit_high"] - found["limit_low"]).tolist() == pytest.approx([3.6] * 16)


def test_waves_that_differ_by_more_get_limits_from_moving_ranges_and_are_not_all_out_of_control():
    x = 75 + np.random.default_rng(2).normal(0, 2.0, 40)
    found = control_chart(figures(x, np.full(40, 0.1)))
    assert set(found["chart"]) == {"individuals"}
    assert found["signals"].str.contains("beyond 3 sigma").mean() <= 0.05
    forced = control_chart(figures(x, np.full(40, 0.1)), chart="xbar")
    assert forced["signals"].str.contains("beyond 3 sigma").mean() > 0.7


def test_shares_have_a_p_chart_or_laneys():
    rng = np.random.default_rng(3)
    calm = 100 * rng.binomial(900, 0.2, 20) / 900
    restless = 100 * rng.binomial(900, rng.normal(0.2, 0.06, 20).clip(0.05, 0.4)) / 900
    charts = [control_chart(figures(each, np.sqrt(each * (100 - each) / 900), kind="share")) for each in (calm, restless)]
    assert [set(each["chart"]) for each in charts] == [{"p"}, {"laney"}]
    centre = calm.mean()
    assert charts[0]["limit_high"].iloc[0] == pytest.approx(centre + 3 * np.sqrt(centre * (100 - centre) / 900), rel=1e-9)


def test_a_shift_after_the_baseline_gives_signals_and_the_baseline_none():
    x = np.array([75.2, 74.8, 75.3, 74.9, 75.1, 74.7, 75.0, 75.2, 77.0, 77.4, 77.9])
    found = control_chart(figures(x, np.full(11, 0.5)), baseline="2023Q4")
    assert found["verdict"].tolist()[:8] == ["in control"] * 8
    assert found["verdict"].tolist()[8:] == ["signal"] * 3
    assert "CUSUM" in found["signals"].iloc[-1]
    assert found["centre"].iloc[0] == pytest.approx(x[:8].mean())
    slow = control_chart(figures(75 + np.array([0.0] * 8 + [0.75] * 12), np.full(20, 0.5)), centres={"overall": 75.0})
    assert not slow["signals"].str.contains("beyond 3 sigma").any()
    assert "CUSUM" in slow["signals"].iloc[-1]


def test_too_few_periods_are_said_and_the_other_figures_go_on():
    rng = np.random.default_rng(4)
    table = pd.concat([figures(75 + rng.normal(0, 0.5, 12), np.full(12, 0.5)), figures([70.0, 71.0], [0.5, 0.5]).assign(metric="new")])
    found = control_chart(table)
    assert set(found.query("metric == 'new'")["verdict"]) == {"no chart: 2 periods, 8 are needed"}
    assert found.query("metric == 'overall'")["chart"].notna().all()


def test_wrong_charts_and_baselines_are_refused():
    table = figures(np.full(10, 75.0) + np.arange(10) % 2, np.full(10, 0.5))
    with pytest.raises(ParamsError, match="chart='p' is for shares"):
        control_chart(table, chart="p")
    with pytest.raises(ParamsError, match="baseline: no period '2030Q1'"):
        control_chart(table, baseline="2030Q1")
    with pytest.raises(ParamsError, match="No chart 'xr'"):
        control_chart(table, chart="xr")
