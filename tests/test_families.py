"""P-values corrected for their number."""

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.stats import bh
from csat_lib.tracking.families import corrected


def test_benjamini_and_hochbergs_own_example_comes_out():
    # Benjamini & Hochberg (1995), JRSS B 57, section 4: 15 p-values, of which the procedure rejects the four smallest at .05.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert (bh(np.array(p)) < 0.05).sum() == 4
    from statsmodels.stats.multitest import multipletests

    shuffled = np.random.default_rng(1).permutation(p)
    assert bh(shuffled) == pytest.approx(multipletests(shuffled, method="fdr_bh")[1], abs=1e-12)


def test_ten_comparisons_are_planned_and_eleven_are_a_table():
    few, many = (corrected(pd.DataFrame({"p_value": np.linspace(0.01, 0.5, n)})) for n in (10, 11))
    assert set(few["correction"]) == {"Holm over 10"}
    assert set(many["correction"]) == {"Benjamini-Hochberg over 11"}


def test_what_was_not_tested_does_not_count():
    found = corrected(pd.DataFrame({"p_value": [0.01, np.nan, 0.04]}))
    assert found["p_adjusted"].tolist()[::2] == pytest.approx([0.02, 0.04])
    assert np.isnan(found["p_adjusted"][1])
    assert found["correction"].tolist() == ["Holm over 2", "", "Holm over 2"]


def test_a_family_may_be_each_figure_and_an_unknown_one_is_refused():
    table = pd.DataFrame({"metric": ["a", "a", "b"], "p_value": [0.01, 0.03, 0.04]})
    assert corrected(table, family=["metric"])["p_adjusted"].tolist() == pytest.approx([0.02, 0.03, 0.04])
    with pytest.raises(ParamsError, match=r"no column 'metrik'.*metric"):
        corrected(table, family=["metrik"])
    with pytest.raises(ParamsError, match="No correction 'bonferroni'"):
        corrected(table, correction="bonferroni")
