"""How many classes: the rule of Sarstedt et al., and what explains them."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of
from scipy.stats.contingency import association

from csat_lib.errors import ModelError, ParamsError
from csat_lib.model.segmentation import Criteria, criteria_of, explained_by, recommend


def table(aic3, caic, aic4, bic, verdicts=("ok", "ok", "ok")):
    return pd.DataFrame(
        {
            "classes": [1, 2, 3],
            "log_likelihood": [-9.0, -8.0, -7.0],
            "aic3": aic3,
            "caic": caic,
            "aic4": aic4,
            "bic": bic,
            "verdict": verdicts,
        }
    )


@pytest.mark.parametrize(
    ("criteria", "number", "reason"),
    [
        (table([3, 1, 2], [3, 1, 2], [1, 2, 3], [1, 2, 3]), 2, "AIC3 and CAIC agree on 2"),
        (table([3, 2, 1], [1, 2, 3], [3, 1, 2], [3, 1, 2]), 2, "AIC4 and BIC agree (AIC3 says 3, CAIC 1) on 2"),
        (table([3, 2, 1], [1, 2, 3], [3, 2, 1], [3, 1, 2]), 2, "BIC (AIC3 says 3, CAIC 1) on 2"),
        (
            table([3, 2, 1], [3, 2, 1], [3, 2, 1], [3, 2, 1], ("ok", "ok", "smallest class below 10%")),
            2,
            "AIC3 and CAIC agree on 3, but: smallest class below 10%; 2 instead",
        ),
    ],
)
def test_the_number_of_classes_follows_the_criteria_and_says_so(criteria, number, reason):
    assert recommend(criteria) == (number, reason)


def test_no_estimate_at_all_is_no_recommendation():
    with pytest.raises(ModelError, match="No number of classes has an estimate"):
        recommend(table([1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]).assign(log_likelihood=np.nan))


@pytest.fixture
def divided():
    rng = np.random.default_rng(111)
    region = np.array(["east", "north", "west"])[rng.integers(0, 3, 200)]
    latent = pd.Series(np.where(region == "west", 2, rng.integers(1, 3, 200)), name="segment")
    frame = pd.DataFrame({"q": rng.integers(1, 11, 200).astype(float), "region": region})
    return frame, latent


def test_cramers_v_agrees_with_scipy(divided):
    frame, latent = divided
    found = explained_by(latent, survey_of(frame, ["q"], roles={"region": "segment"}), "region")
    cells = pd.crosstab(frame["region"], latent)
    assert found["cramers_v"].unique() == pytest.approx(association(cells.to_numpy(), method="cramer"), rel=1e-12)
    np.testing.assert_array_equal(found["n"], cells.to_numpy().ravel())
    np.testing.assert_allclose(found["share"], (cells.T / cells.sum(axis=1)).T.to_numpy().ravel())
    assert found.query("segment == 'west' and latent == 2")["share"].tolist() == [1.0]


def test_weights_count_in_the_shares(divided):
    frame, latent = divided
    w = pd.Series(np.where(latent == 1, 3.0, 1.0))
    found = explained_by(latent, survey_of(frame, ["q"], roles={"region": "segment"}, weights=w), "region").set_index(["segment", "latent"])
    n = found["n"]
    assert found.loc[("east", 1), "share"] == pytest.approx(3 * n["east", 1] / (3 * n["east", 1] + n["east", 2]))


def test_classes_of_other_respondents_are_refused(divided):
    frame, latent = divided
    survey = survey_of(frame.head(150), ["q"], roles={"region": "segment"})
    with pytest.raises(ParamsError, match="50 respondents of the classes are not in the survey"):
        explained_by(latent, survey, "region")
    with pytest.raises(ParamsError, match="No segment 'age'"):
        explained_by(latent.head(150), survey, "age")


def test_only_a_number_that_was_tried_is_recommended():
    rows = [criteria_of(number, 3, 100.0, 0, Criteria(-50.0, -50.0, 0.2, 0.5, "yes")) for number in (3, 4)]
    assert recommend(pd.DataFrame(rows)) == (
        3,
        "AIC3 and CAIC agree on 3, but: classes overlap: entropy below 0.5; nothing better was tried",
    )
