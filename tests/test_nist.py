"""The regressions of the project on NIST's reference data: nine digits on Longley; on Filip seven, or a refusal that names the rank."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from known_models import structure, survey_of

from csat_lib import drivers
from csat_lib.errors import ModelError
from csat_lib.model import fit_pls
from csat_lib.stats import moments

GOLDEN = Path(__file__).parent / "golden" / "nist"
R_SQUARED = 0.995479004577296
NINE, SEVEN = 1e-9, 1e-7


@pytest.fixture(scope="module")
def longley():
    return pd.read_csv(GOLDEN / "longley.csv")


@pytest.fixture(scope="module")
def certified():
    return pd.read_csv(GOLDEN / "longley_certified.csv").set_index("driver")


@pytest.fixture(scope="module")
def filip():
    frame = pd.read_csv(GOLDEN / "filip.csv")
    return frame.assign(**{f"x{power}": frame["x"] ** power for power in range(1, 11)})


def causes(frame):
    return [name for name in frame.columns if name not in ("y", "x")]


def unstandardised(beta, frame):
    """Slopes in the units of the data from standardised ones."""
    return beta * frame["y"].std() / frame[beta.index].std()


def single(frame):
    """A path model in which every column is a construct of its own, so that its regression is that of the columns."""
    names = causes(frame)
    return structure({"y": ["y"], **{f"of_{name}": [name] for name in names}}, {"y": [f"of_{name}" for name in names]}, "y")


def digits(found, certified):
    return -np.log10(np.abs(np.asarray(found, dtype=float) / np.asarray(certified, dtype=float) - 1).max())


def test_longley_in_the_driver_analysis(longley, certified):
    names = causes(longley)
    table = drivers.importance(longley, "y", names, method="lmg").set_index("driver").loc[names]
    assert digits(unstandardised(table["beta"], longley), certified.loc[names, "estimate"]) > 9
    assert table["estimate"].sum() == pytest.approx(R_SQUARED, rel=NINE)
    panel = drivers.collinearity(longley, "y", names).query("metric == 'beta'").set_index("driver")["estimate"].loc[names]
    assert digits(unstandardised(panel, longley), certified.loc[names, "estimate"]) > 9


@pytest.mark.parametrize("method", ["lmg", "johnson", "car", "pratt"])
def test_the_shares_of_longley_sum_to_the_certified_r_squared(longley, method):
    table = drivers.importance(longley, "y", causes(longley), method=method)
    assert table["estimate"].sum() == pytest.approx(R_SQUARED, rel=NINE)


@pytest.mark.parametrize("metric", ["standardised", "raw"])
def test_longley_in_the_path_model(longley, certified, metric):
    names = causes(longley)
    fit = fit_pls(longley, single(longley), metric=metric)
    beta = fit.paths.set_index("cause")["estimate"].rename(index=lambda name: name.removeprefix("of_")).loc[names]
    assert digits(unstandardised(beta, longley), certified.loc[names, "estimate"]) > 9
    assert fit.r_squared["y"] == pytest.approx(R_SQUARED, rel=NINE)


def test_longley_in_the_levers(longley, certified):
    """Items on a scale of 0-100: the gain for one point more is the slope in the data's own units, times the ratio of the ranges."""
    names = causes(longley)
    table = drivers.levers(survey_of(longley, [*names, "y"], low=0, high=600_000), "y", names, points=1).set_index("driver").loc[names]
    assert digits(table["estimate"], certified.loc[names, "estimate"]) > 9


def test_longley_from_moments_that_were_added(longley, certified):
    names = causes(longley)
    parts = [moments(longley.iloc[rows], [*names, "y"]) for rows in (slice(0, 7), slice(7, 16))]
    table = drivers.importance(parts[0] + parts[1], "y", names, method="lmg").set_index("driver").loc[names]
    assert digits(unstandardised(table["beta"], longley), certified.loc[names, "estimate"]) > 9


def test_an_offset_of_a_hundred_million_costs_no_digit_that_counts(longley, certified):
    """Eight digits of sixteen are the offset's; the slopes keep the rest."""
    names = ["unemployed", "armed_forces"]
    plain = drivers.importance(longley, "y", names, method="lmg")
    moved = drivers.importance(longley + 1e8, "y", names, method="lmg")
    np.testing.assert_allclose(moved["beta"], plain["beta"], rtol=NINE)
    np.testing.assert_allclose(moved["estimate"], plain["estimate"], rtol=NINE)


def test_filip_is_refused_by_the_path_model_with_its_rank(filip):
    with pytest.raises(ModelError, match=r"The causes of y .* linearly dependent \(rank \d of 10\)"):
        fit_pls(filip, single(filip))


def test_filip_loses_powers_by_name_and_rank_and_the_others_have_seven_digits(filip):
    """What is left is compared with least squares in exact arithmetic."""
    with pytest.warns(UserWarning, match=r"Driver 'x10' was left out: the drivers before it determine it \(rank \d of 10\)"):
        table = drivers.importance(filip, "y", causes(filip), method="lmg").set_index("driver")
    assert len(table) < 10
    exact = least_squares(filip[[*table.index]].map(Fraction).to_numpy(), [Fraction(value) for value in filip["y"]])
    assert digits(unstandardised(table["beta"], filip), [float(each) for each in exact[1:]]) > 7


def least_squares(X, y):
    """Intercept and slopes by elimination of the normal equations, in fractions."""
    rows = [[Fraction(1), *row] for row in X.tolist()]
    k = len(rows[0])
    A = [[sum(r[i] * r[j] for r in rows) for j in range(k)] + [sum(r[i] * v for r, v in zip(rows, y, strict=True))] for i in range(k)]
    for pivot in range(k):
        A[pivot] = [value / A[pivot][pivot] for value in A[pivot]]
        for row in range(k):
            if row != pivot:
                A[row] = [a - A[row][pivot] * b for a, b in zip(A[row], A[pivot], strict=True)]
    return [A[row][k] for row in range(k)]


def test_the_certified_slopes_of_filip_are_those_of_its_data(filip):
    certified = pd.read_csv(GOLDEN / "filip_certified.csv")["estimate"]
    x = [Fraction(text) for text in pd.read_csv(GOLDEN / "filip.csv", dtype=str)["x"]]
    y = [Fraction(text) for text in pd.read_csv(GOLDEN / "filip.csv", dtype=str)["y"]]
    exact = least_squares(np.array([[value**power for power in range(1, 11)] for value in x], dtype=object), y)
    np.testing.assert_allclose([float(each) for each in exact], certified, rtol=1e-13)
