"""Cohen's kappa against published examples, and a double-coded sample from a file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError
from csat_lib.voice import code_comments, coder_agreement, kappa, read_double_coded, read_themes, theme_sets

THEMES = "themes: {queue: {include: {en: [queue]}}, price: {include: {en: [price]}}}"


@pytest.fixture(scope="module")
def themes(tmp_path_factory):
    path = tmp_path_factory.mktemp("two") / "themes.yaml"
    path.write_text(THEMES, encoding="utf-8")
    return read_themes(path)


def units(counts):
    """Two lists of codes from a cross table."""
    pairs = [(i, j) for i, row in enumerate(counts) for j, n in enumerate(row) for _ in range(n)]
    return [one for one, _ in pairs], [two for _, two in pairs]


def test_kappa_of_the_published_two_by_two_table():
    # Viera & Garrett 2005, Family Medicine 37(5), 360-363: 15, 5, 10, 70 gives .57 ("moderate"), observed agreement .85.
    found = kappa(*units([[15, 5], [10, 70]]))
    assert found["agreement"] == pytest.approx(0.85)
    assert found["estimate"] == pytest.approx(0.57, abs=0.005)


def test_kappa_of_cohens_own_table():
    # Cohen 1960, Educational and Psychological Measurement 20(1), 37-46, table 1 as counts of 200: kappa .492.
    found = kappa(*units([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
    assert found["estimate"] == pytest.approx(0.492, abs=0.0005)


def test_full_agreement_is_one_and_one_code_only_is_undefined():
    assert kappa(["a", "b", "a"], ["a", "b", "a"])["estimate"] == pytest.approx(1)
    assert np.isnan(kappa(["a", "a"], ["a", "a"])["estimate"])
    assert kappa(["a", "a"], ["a", "a"])["agreement"] == 1


def test_the_two_coders_may_be_exchanged():
    one, two = units([[15, 5], [10, 70]])
    assert kappa(one, two)["estimate"] == pytest.approx(kappa(two, one)["estimate"])


def test_codings_of_different_lengths_are_refused():
    with pytest.raises(DataError, match="2 and 1 units"):
        kappa(["a", "b"], ["a"])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_double_coded_sample_is_read_from_csv_and_workbook(tmp_path, themes, ending):
    frame = pd.DataFrame({"respondent": ["r1", "r2"], "coder_1": ["queue;price", ""], "coder_2": ["queue、price", "price"]})
    path = tmp_path / f"sample.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_excel(path, index=False)
    table = read_double_coded(path, themes)
    assert table["coder_1"].tolist() == [frozenset({"queue", "price"}), frozenset()]
    assert table["coder_2"].tolist() == [frozenset({"queue", "price"}), frozenset({"price"})]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("respondent,coder_1\nr1,queue\n", "no column 'coder_2'. Did you mean 'coder_1'"),
        ("respondent,coder_1,coder_2\nr1,quue,price\n", "row 2, coder_1: no theme 'quue'. Did you mean 'queue'"),
        ("respondent,coder_1,coder_2\nr1,queue,price\nr1,queue,\n", "row 3: respondent 'r1' was coded before"),
    ],
)
def test_a_mistake_in_the_sample_is_refused_by_row(tmp_path, themes, text, told):
    path = tmp_path / "sample.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as refused:
        read_double_coded(path, themes)
    assert told in str(refused.value)


def test_each_theme_has_its_kappa_and_rare_ones_no_verdict(themes):
    one = pd.Series([frozenset({"queue"})] * 10 + [frozenset()] * 10)
    two = pd.Series([frozenset({"queue"})] * 9 + [frozenset()] * 11)
    table = coder_agreement(one, two, themes).set_index("theme")
    assert table.loc["queue", "estimate"] == pytest.approx(0.9)
    assert table.loc["queue", ["first", "second", "both"]].tolist() == [10, 9, 9]
    assert table.loc["price", "verdict"] == "too few"
    assert table.loc["queue", "verdict"] == "almost perfect"


def test_the_dictionary_can_be_held_against_a_coder(themes):
    coding = code_comments(pd.Series(["queue", "price and queue", "x"], index=[2, 3, 4]), themes)
    assert theme_sets(coding, pd.Index([3, 4, 9])).tolist() == [frozenset({"queue", "price"}), frozenset(), frozenset()]
