"""The design of a survey: errors of what joins several estimates."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.index.design import design_of

RNG = np.random.default_rng(3)
FRAME = pd.DataFrame(
    {
        "speed": RNG.integers(1, 11, 240).astype(float),
        "weight": RNG.uniform(0.5, 2, 240),
        "shop": np.repeat(np.arange(24), 10),
        "city": np.repeat(np.arange(4), 60),
    }
)
HERE = RNG.random(240) < 0.4


@pytest.mark.parametrize("roles", [{}, {"shop": "cluster"}, {"city": "strata"}, {"city": "strata", "shop": "cluster"}])
def test_the_covariance_of_parts_gives_the_error_of_their_difference(roles):
    design = design_of(survey_of(FRAME, ["speed"], roles={"weight": "weight", **roles}))
    y = FRAME["speed"].to_numpy()
    u, v = design.linearised(y, HERE), design.linearised(y, ~HERE)
    C = design.covariance_of(np.column_stack([u, v]))
    assert design.error_of(u - v) == pytest.approx(np.sqrt(C[0, 0] + C[1, 1] - 2 * C[0, 1]), rel=1e-10)
    assert design.error_of(u) == pytest.approx(np.sqrt(C[0, 0]), rel=1e-10)
    assert design.degrees == {(): 239, ("shop",): 23, ("city",): 236, ("city", "shop"): 20}[tuple(roles)]


def test_linearised_values_of_everybody_have_the_error_of_the_mean():
    design = design_of(survey_of(FRAME, ["speed"], roles={"weight": "weight", "city": "strata", "shop": "cluster"}))
    y, everybody = FRAME["speed"].to_numpy(), np.ones(240, dtype=bool)
    assert design.error_of(design.linearised(y, everybody)) == pytest.approx(design.mean(y, everybody).std_error, rel=1e-10)


def test_one_cluster_has_no_error():
    design = design_of(survey_of(FRAME.assign(shop=1), ["speed"], roles={"shop": "cluster"}))
    u = design.linearised(FRAME["speed"].to_numpy(), HERE)
    assert np.isnan(design.error_of(u))
    assert np.isnan(design.covariance_of(u[:, None])).all()
