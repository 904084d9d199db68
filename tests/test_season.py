"""Season told apart from change."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.tracking import season

EFFECTS = {"Q1": 0.5, "Q2": 1.0, "Q3": 0.0, "Q4": -1.5}


def series(rng, *, years=4, se=0.4, effects=None, slope=0.0):
    names = [f"{year}Q{quarter}" for year in range(2023, 2023 + years) for quarter in range(1, 5)]
    own = np.array([(effects or {}).get(name[4:], 0.0) for name in names])
    errors = rng.uniform(0.5, 1.5, len(names)) * se
    level = 74 + own + slope * np.arange(len(names)) + rng.normal(0, errors)
    return pd.DataFrame({"period": names, "estimate": level, "std_error": errors})


def test_it_is_the_f_test_of_weighted_regressions():
    import statsmodels.api as sm

    figures = series(np.random.default_rng(1), effects=EFFECTS, slope=0.1)
    found = season(figures)
    quarter = pd.get_dummies(figures["period"].str[4:], drop_first=True).astype(float)
    t = np.arange(len(figures)) - 7.5
    w = 1 / figures["std_error"] ** 2
    small = sm.WLS(figures["estimate"], sm.add_constant(t), weights=w).fit()
    large = sm.WLS(figures["estimate"], sm.add_constant(np.column_stack([t, quarter])), weights=w).fit()
    f, p, q = large.compare_f_test(small)
    assert (found.f, found.p_value, found.df) == (pytest.approx(f, rel=1e-8), pytest.approx(p, rel=1e-8), (3, 11))
    assert q == 3
    coefficients = np.concatenate([[0.0], large.params.to_numpy()[2:]])
    assert found.effects["estimate"].tolist() == pytest.approx((coefficients - coefficients.mean()).tolist(), abs=1e-8)


def test_a_planted_season_is_recovered_and_taken_out():
    figures = series(np.random.default_rng(2), effects=EFFECTS, se=0.2)
    found = season(figures)
    assert found.verdict == "season"
    for row in found.effects.itertuples():
        assert row.conf_low - 0.05 < EFFECTS[row.season] < row.conf_high + 0.05
    assert found.effects["estimate"].sum() == pytest.approx(0, abs=1e-10)
    assert found.adjusted["adjusted"].std() < figures["estimate"].std() / 2


def test_without_a_season_one_series_in_twenty_has_one():
    p = np.array([season(series(np.random.default_rng(seed))).p_value for seed in range(400)])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=4 * 0.011)  # 400 series know 5 % to 1.1 points


def test_a_known_event_is_not_taken_for_spring():
    figures = series(np.random.default_rng(3), se=0.2)
    figures.loc[figures["period"].isin(["2023Q2", "2024Q2"]), "estimate"] -= 4
    told = season(figures, events={"price rise": ["2023Q2", "2024Q2"]})
    assert told.verdict == "no season seen"
    assert abs(told.effects.set_index("season").loc["Q2", "estimate"]) < 0.6
    assert season(figures).effects.set_index("season").loc["Q2", "estimate"] < -1


def test_with_less_than_three_years_season_cannot_be_told_from_change():
    short = season(series(np.random.default_rng(4), years=2))
    assert short.verdict == "season cannot be told from change: 8 waves over 2.0 years, 3 years with every quarter are needed"
    assert short.effects.empty
    yearly = pd.DataFrame({"period": ["2023", "2024", "2025", "2026"], "estimate": 70.0, "std_error": 1.0})
    assert season(yearly).verdict.startswith("season cannot be told from change: it needs quarters")
    assert (
        "too few waves"
        in season(
            series(np.random.default_rng(4), years=3),
            events={f"e{k}": [f"2024Q{k}"] for k in range(1, 5)} | {f"f{k}": [f"2023Q{k}"] for k in range(1, 5)},
        ).verdict
    )


def test_a_missing_quarter_does_no_harm():
    figures = series(np.random.default_rng(5), effects=EFFECTS, se=0.2).drop(index=6)
    assert season(figures).verdict == "season"


def test_two_figures_at_once_and_unknown_events_are_refused():
    figures = series(np.random.default_rng(6))
    with pytest.raises(ParamsError, match="2023Q1 stands there twice"):
        season(pd.concat([figures, figures]))
    with pytest.raises(ParamsError, match="events: strike: none of 2031Q1"):
        season(figures, events={"strike": ["2031Q1"]})
