"""Limits of control charts and their signals, against published constants and run lengths."""

import numpy as np
import pytest

from csat_lib.errors import ParamsError
from csat_lib.stats import control


def markov_run_length(slack, decision, states=400):
    """Mean run length of a one-sided CUSUM of standard normal points (Brook & Evans 1972, Biometrika 59, 539-549)."""
    from scipy.stats import norm

    width = 2 * decision / (2 * states - 1)
    at = np.arange(states) * width
    ends = at + width / 2
    upper = norm.cdf(ends[None, :] - at[:, None] + slack)
    moves = np.diff(upper, axis=1, prepend=0.0)
    return np.linalg.solve(np.eye(states) - moves, np.ones(states))[0]


def first_signal(flags):
    hit = flags.any(axis=1)
    assert hit.mean() > 0.99
    return np.where(hit, flags.argmax(axis=1) + 1, flags.shape[1])


def test_the_constants_are_those_of_montgomerys_appendix_six():
    # Table VI for samples of two: d2 1.128, d3 .853; D4 3.267; 3 / d2 = 2.660.
    constants = [control.D2, control.D3]
    assert constants == pytest.approx([1.128, 0.853], abs=5e-4)
    assert control.moving_range_limit(np.array([0.0, 1.0, 0.0])) == pytest.approx(3.267, abs=1e-3)
    found = control.individuals_limits(np.array([0.0, 1.0, 0.0, 1.0]))
    assert found.high - found.centre == pytest.approx(np.full(4, 2.660), abs=2e-3)  # 3 / 1.128 is 2.6596


def test_montgomerys_cusum_and_ewma_examples_come_out():
    # Montgomery (2013), tables 9.1, 9.2 and 9.10: 30 observations with target 10 and sigma 1.
    x = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08]
    x += [9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31, 10.52]
    up, down = control.cusum(np.array(x) - 10)
    assert up[[3, 4, 26, 27, 28]] == pytest.approx([1.16, 2.82, 3.35, 4.47, 5.28], abs=0.005)
    assert up[28] > 5 >= up[:28].max()
    assert down.max() < 5
    smoothed, limit = control.ewma(np.array(x) - 10, weight=0.1, width=2.7)
    assert 10 + smoothed[[0, 1]] == pytest.approx([9.945, 9.7495], abs=1e-4)
    assert limit[[0, 1]] == pytest.approx([0.27, 0.363], abs=5e-4)
    assert limit[-1] == pytest.approx(0.62, abs=5e-3)


@pytest.mark.parametrize(("decision", "published"), [(4, 168), (5, 465)])
def test_the_cusum_waits_as_long_for_a_false_alarm_as_hawkins_and_olwell_say(decision, published):
    # Two-sided, k = .5 (Montgomery table 9.3, after Hawkins 1993): 168 and 465 points; a symmetric pair halves the one-sided run length.
    assert markov_run_length(0.5, decision) / 2 == pytest.approx(published, rel=0.005)
    rng = np.random.default_rng(1)
    z = rng.standard_normal((2_000, 8 * published))
    up, down = control.cusum(z)
    # 2,000 run lengths, nearly exponential: their mean is known to 2.2 %; four of these.
    assert first_signal((up > decision) | (down > decision)).mean() == pytest.approx(published, rel=0.09)


def test_all_western_electric_rules_together_wait_ninety_two_points():
    # Champ & Woodall (1987), Technometrics 29, 393-399: in-control run length 91.75.
    z = np.random.default_rng(2).standard_normal((4_000, 1_200))
    flags = np.logical_or.reduce(list(control.western_electric(z).values()))
    assert first_signal(flags).mean() == pytest.approx(91.75, rel=0.07)  # four times 1.6 %


def test_the_ewma_waits_five_hundred_points():
    # Lucas & Saccucci (1990): weight .2, width 2.962, steady limits; the narrower first limits shorten it a little.
    smoothed, limit = control.ewma(np.random.default_rng(3).standard_normal((2_000, 4_000)))
    assert first_signal(np.abs(smoothed) > limit).mean() == pytest.approx(500, rel=0.09)


@pytest.mark.parametrize(
    ("points", "rule", "place"),
    [
        ([0, 2.5, 0, 2.1], "2 of 3 beyond 2 sigma", 3),
        ([1.5, 1.2, 0, 1.1, 1.9], "4 of 5 beyond 1 sigma", 4),
        ([-0.1] * 8, "8 in a row on one side", 7),
        ([0, 0, -3.5], "beyond 3 sigma", 2),
    ],
)
def test_each_rule_sees_its_pattern_and_only_at_its_end(points, rule, place):
    assert np.flatnonzero(control.western_electric(np.array(points, dtype=float))[rule]).tolist() == [place]


def test_two_points_on_opposite_sides_are_no_pattern():
    assert not control.western_electric(np.array([2.5, -2.5, 0.0]))["2 of 3 beyond 2 sigma"].any()


def test_limits_hold_the_sampling_error_of_each_wave():
    found = control.xbar_limits(np.array([70.0, 72.0, 74.0]), np.array([1.0, 1.0, 2.0]))
    assert found.centre == pytest.approx((70 + 72 + 74 / 4) / 2.25)
    assert (found.high - found.low).tolist() == pytest.approx([6.0, 6.0, 12.0])


def test_laneys_chart_is_the_p_chart_where_nothing_but_sampling_varies_and_wider_where_something_does():
    rng = np.random.default_rng(4)
    n = np.full(400, 800.0)
    calm, restless = rng.binomial(800, 0.1, 400) / 800, rng.binomial(800, rng.normal(0.1, 0.03, 400).clip(0.01, 0.5)) / 800
    widths = [control.laney_limits(p, n).sigma[0] / control.p_limits(p, n).sigma[0] for p in (calm, restless)]
    assert widths[0] == pytest.approx(1.0, abs=0.15)
    assert widths[1] > 2
    assert control.over_dispersion(calm, control.p_limits(calm, n).sigma)[1] > 0.01
    assert control.over_dispersion(restless, control.p_limits(restless, n).sigma)[1] < 1e-10


def test_a_weight_of_the_ewma_outside_nought_and_one_is_refused():
    with pytest.raises(ParamsError, match="weight of the EWMA"):
        control.ewma(np.zeros(3), weight=1.2)
