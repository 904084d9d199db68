"""P-values corrected for how many there are."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from csat_lib.stats import CORRECTIONS, holm


@pytest.mark.parametrize(("correction", "name"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_corrections_are_those_of_statsmodels(correction, name):
    p = np.random.default_rng(89).beta(0.4, 2, size=40)
    np.testing.assert_allclose(CORRECTIONS[correction](p), multipletests(p, method=name)[1], rtol=1e-12)
    assert CORRECTIONS[correction](np.zeros(0)).size == 0


def test_the_order_of_the_p_values_is_irrelevant():
    p = np.random.default_rng(1).uniform(size=20) ** 2
    turned = np.random.default_rng(2).permutation(20)
    np.testing.assert_array_equal(holm(p)[turned], holm(p[turned]))


def test_no_correction_leaves_them_as_they_are():
    np.testing.assert_array_equal(CORRECTIONS["none"](np.array([0.2, 0.01])), [0.2, 0.01])
