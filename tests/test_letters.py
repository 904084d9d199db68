"""Pairwise tests of columns, against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from csat_lib.errors import ParamsError
from csat_lib.index.letters import Figure, corrected, design_p, figures_of, higher, letter, pooled_p, welch_p

P = [0.01, 0.02, 0.03, 0.04, np.nan, 0.2]


def figure(x):
    return Figure(x.mean(), x.std(ddof=1) / np.sqrt(len(x)), x.var(ddof=1), len(x), float(len(x)))


def one(found):
    return figures_of([found], [0])


@pytest.mark.parametrize(("word", "method"), [("holm", "holm"), ("bonferroni", "bonferroni")])
def test_corrections_agree_with_statsmodels_and_do_not_count_what_was_not_tested(word, method):
    found = corrected(P, correction=word)
    np.testing.assert_allclose(found[[0, 1, 2, 3, 5]], multipletests([0.01, 0.02, 0.03, 0.04, 0.2], method=method)[1], rtol=1e-12)
    assert np.isnan(found[4])
    np.testing.assert_array_equal(corrected(P, correction="none"), P)
    with pytest.raises(ParamsError, match="No correction 'sidak'"):
        corrected(P, correction="sidak")


def test_welch_agrees_with_statsmodels():
    rng = np.random.default_rng(1)
    a, b = rng.normal(70, 10, 40), rng.normal(74, 20, 25)
    expected = CompareMeans(DescrStatsW(a), DescrStatsW(b)).ttest_ind(usevar="unequal")[1]
    assert welch_p(one(figure(a)), one(figure(b))).item() == pytest.approx(expected, rel=1e-10)


def test_the_pooled_z_agrees_with_statsmodels():
    expected = proportions_ztest([30, 45], [80, 90])[1]
    found = pooled_p(one(Figure(30 / 80 * 100, 0, 0, 80, 80.0)), one(Figure(50, 0, 0, 90, 90.0))).item()
    assert found == pytest.approx(expected, rel=1e-10)


def test_what_cannot_be_tested_is_not():
    flat = one(Figure(100.0, 0.0, 0.0, 20, 20.0))
    assert np.isnan(pooled_p(flat, flat)).all()
    assert np.isnan(welch_p(flat, flat)).all()
    assert np.isnan(design_p(np.array([1.0]), np.array([0.0]), 30)).all()
    assert np.isnan(design_p(np.array([1.0]), np.array([0.5]), 0)).all()


def test_the_higher_column_gets_the_letter_of_the_lower():
    figures = [Figure(60.0, 1, 1, 50, 50.0), Figure(70.0, 1, 1, 50, 50.0), Figure(65.0, 1, 1, 50, 50.0)]
    pairs, p = [(0, 1), (0, 2), (1, 2)], [0.001, 0.2, 0.02]
    assert higher(pairs, p, figures, correction="none", alpha=0.05) == [[], [0, 2], []]
    assert higher(pairs, p, figures, correction="bonferroni", alpha=0.05) == [[], [0], []]


def test_letters_go_on_after_z():
    assert [letter(place) for place in (0, 1, 25, 26, 27, 51, 52, 701, 702)] == ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]
