"""The same respondents in two waves."""

import numpy as np
import pandas as pd
import pytest
from known_models import survey_of

from csat_lib.errors import ParamsError
from csat_lib.tracking.panels import Overlap, covariance, overlap


def wave(ids, answers):
    return survey_of(pd.DataFrame({"overall": answers, "respondent": ids}), ["overall"], roles={"respondent": "id"})


def panel(rng, shared, only, *, own=0.7, names="P"):
    """Two waves of people; those shared agree with themselves."""
    lasting = rng.normal(0, 1, shared + 2 * only)
    rows = np.arange(shared), np.arange(shared, shared + only), np.arange(shared + only, shared + 2 * only)
    waves = []
    for fresh in rows[1:]:
        people = np.concatenate([rows[0], fresh])
        said = 6 + 1.5 * (np.sqrt(own) * lasting[people] + np.sqrt(1 - own) * rng.normal(0, 1, len(people)))
        waves.append(wave([f"{names}{person}" for person in people], said.clip(1, 10)))
    return waves


def test_people_are_matched_by_id_and_repeated_ids_match_nobody():
    before = wave(["a", "b", "c", "c", ""], [1.0, 2, 3, 3, 5])
    after = wave(["c", "b", "a", "d"], [4.0, 2, 1, 9])
    found = overlap(before, after)
    assert before.attributes["respondent"].to_numpy()[found.before].tolist() == ["a", "b"]
    assert after.attributes["respondent"].to_numpy()[found.after].tolist() == ["a", "b"]
    assert found.said == "2 respondents are in both waves"


def test_numbers_of_questionnaires_are_no_panel():
    rng = np.random.default_rng(1)
    waves = [wave(np.arange(1, 201), rng.integers(1, 11, 200).astype(float)) for _ in range(2)]
    assert overlap(*waves).said == "independent samples: the ids are serial numbers of questionnaires"
    odd = [wave(np.arange(1, 2001, 10), rng.integers(1, 11, 200).astype(float)) for _ in range(2)]
    assert "unrelated" in overlap(*odd).said
    assert (len(overlap(*odd)), len(overlap(*odd, panel="ids")), len(overlap(*waves, panel="independent"))) == (0, 200, 0)


def test_asking_for_ids_where_there_are_none_is_refused():
    bare = survey_of(pd.DataFrame({"overall": [1.0, 2.0]}), ["overall"])
    assert overlap(bare, bare).said == "independent samples"
    with pytest.raises(ParamsError, match="no attribute with the role id"):
        overlap(bare, bare, panel="ids")


def test_a_full_panel_gives_the_paired_standard_error():
    rng = np.random.default_rng(2)
    before, after = panel(rng, 300, 0)
    y = [each.responses["overall"].to_numpy() for each in (before, after)]
    shared = overlap(before, after)
    ones = np.ones(300)
    c, m = covariance((y[0], ones), (y[1], ones), shared)
    assert m == 300
    assert c == pytest.approx(np.cov(*y)[0, 1] / 300, rel=1e-12)
    paired = np.diff(y, axis=0).std(ddof=1) / np.sqrt(300)
    assert np.sqrt(y[0].var(ddof=1) / 300 + y[1].var(ddof=1) / 300 - 2 * c) == pytest.approx(paired, rel=1e-12)


def test_the_covariance_of_a_partial_panel_is_that_of_repeated_samples():
    # 100 of 250 shared, correlation .7, sd 1.5: c = 100 x .7 x 2.25 / 250^2.
    rng, found, ones = np.random.default_rng(3), [], np.ones(250)
    shared = Overlap(np.arange(100), np.arange(100), "")
    for _ in range(2_000):
        lasting, own = rng.normal(0, 1, 400), rng.normal(0, 1, (2, 250))
        people = np.arange(250), np.concatenate([np.arange(100), np.arange(250, 400)])
        y = [1.5 * (np.sqrt(0.7) * lasting[who] + np.sqrt(0.3) * noise) for who, noise in zip(people, own, strict=True)]
        found.append((y[0].mean(), y[1].mean(), covariance((y[0], ones), (y[1], ones), shared)[0]))
    table = np.array(found)
    expected = 100 * 0.7 * 2.25 / 250**2
    assert table[:, 2].mean() == pytest.approx(expected, rel=0.02)
    # 2,000 pairs of means with variance 2.25 / 250 know their covariance to .0002; four of these.
    assert np.cov(table[:, 0], table[:, 1])[0, 1] == pytest.approx(expected, abs=4 * 2.25 / 250 / np.sqrt(2_000))
