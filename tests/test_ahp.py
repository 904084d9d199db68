"""Weights from judgements in pairs, and how consistent they are."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from known_models import golden

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import RANDOM_INDICES, ahp, random_index_of, revisit

SIX_DECIMALS = 6e-7  # the golden numbers are rounded to six decimals
THREE_DECIMALS = 6e-4

INCONSISTENT = [[1, 5, 6, 7], [1 / 5, 1, 4, 6], [1 / 6, 1 / 4, 1, 4], [1 / 7, 1 / 6, 1 / 4, 1]]
CASES = ["three", "four", "inconsistent", "distance", "wealth", "drinks", "index"]
NAN = np.nan


def judged(case):
    """The upper triangle of a case as a labelled matrix."""
    rows = golden("ahp", "judgements").query("case == @case")
    names = list(dict.fromkeys([*rows["first"], *rows["second"]]))
    matrix = pd.DataFrame(np.nan, index=names, columns=names)
    for row in rows.itertuples():
        matrix.loc[row.first, row.second] = float(Fraction(str(row.judgement)))
    return matrix


def random_matrices(n, count, seed):
    draw = np.random.default_rng(seed)
    scale = np.array([*(1 / k for k in range(9, 1, -1)), *range(1, 10)])
    i, j = np.triu_indices(n, 1)
    A = np.ones((count, n, n))
    A[:, i, j] = draw.choice(scale, size=(count, len(i)))
    A[:, j, i] = 1 / A[:, i, j]
    return A


@pytest.mark.parametrize(("case", "method"), [key for key, _ in golden("ahp", "weights").groupby(["case", "method"])])
def test_weights_agree_with_the_golden_numbers(case, method):
    expected = golden("ahp", "weights").query("case == @case and method == @method").set_index("item")["estimate"]
    found = ahp(judged(case), method=method).weights
    assert found.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(found, expected, atol=SIX_DECIMALS)


@pytest.mark.parametrize("case", ["distance", "wealth", "drinks"])
def test_weights_agree_with_what_saaty_printed(case):
    expected = golden("ahp", "printed").query("case == @case").set_index("item")["estimate"]
    np.testing.assert_allclose(ahp(judged(case)).weights[expected.index], expected, atol=THREE_DECIMALS)


@pytest.mark.parametrize("case", CASES)
def test_consistency_agrees_with_the_golden_numbers(case):
    expected = golden("ahp", "consistency").set_index("case").loc[case].dropna()
    found = ahp(judged(case))
    np.testing.assert_allclose([getattr(found, name) for name in expected.index], expected, atol=SIX_DECIMALS)
    assert found.consistent == (case != "inconsistent")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("table", "theirs"), [("saaty_2005", "saaty"), ("donegan_dodd", "dd")])
def test_ahpy_finds_the_same_weights_and_consistency_ratio(case, table, theirs):
    ahpy = pytest.importorskip("ahpy")
    matrix = judged(case)
    pairs = {(i, j): matrix.loc[i, j] for i in matrix for j in matrix if matrix.loc[i, j] == matrix.loc[i, j]}
    peer = ahpy.Compare(case, pairs, precision=9, random_index=theirs, tolerance=1e-12)
    found = ahp(matrix, random_index=table)
    # ahpy stops its power iteration at the tolerance and rounds to nine decimals.
    assert found.consistency_ratio == pytest.approx(peer.consistency_ratio, abs=1e-8)
    assert found.weights.to_dict() == pytest.approx(peer.target_weights, abs=1e-8)


@pytest.mark.parametrize("case", CASES)
def test_pymcdm_finds_the_same_weights_and_consistency_ratio(case):
    peer = pytest.importorskip("pymcdm.weights.subjective").AHP(matrix=ahp(judged(case)).matrix.to_numpy())
    found = ahp(judged(case), random_index="tummala_ling")
    np.testing.assert_allclose(found.weights, peer(), rtol=1e-10)
    assert found.consistency_ratio == pytest.approx(peer.get_cr(), rel=1e-9)


@pytest.mark.parametrize("n", [3, 4, 5, 7])
def test_the_random_index_is_the_mean_consistency_index_of_random_judgements(n):
    index = (np.linalg.eigvals(random_matrices(n, 5_000, seed=n)).real.max(axis=1) - n) / (n - 1)
    error = index.std() / np.sqrt(len(index))
    # Alonso & Lamata drew 100,000 matrices: both means have an error.
    assert random_index_of("alonso_lamata", n) == pytest.approx(index.mean(), abs=4 * error)


@pytest.mark.parametrize("table", RANDOM_INDICES)
def test_every_table_of_random_indices_has_a_source_and_differs_little_from_the_others(table):
    found = RANDOM_INDICES[table]
    assert found.source
    np.testing.assert_allclose(found.values, RANDOM_INDICES["alonso_lamata"].values, atol=0.1)


@pytest.mark.parametrize("method", ["eigenvector", "geometric", "arithmetic"])
def test_consistent_judgements_give_their_weights_back(method):
    truth = np.array([0.4, 0.3, 0.2, 0.1])
    found = ahp(truth[:, None] / truth, method=method)
    np.testing.assert_allclose(found.weights, truth, rtol=1e-12)
    assert found.lambda_max == pytest.approx(4, abs=1e-12)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("method", ["eigenvector", "geometric", "arithmetic"])
def test_the_order_of_what_is_compared_does_not_matter(method):
    matrix = ahp(judged("drinks")).matrix
    turned = matrix.iloc[::-1, ::-1]
    np.testing.assert_allclose(ahp(turned, method=method).weights[matrix.index], ahp(matrix, method=method).weights, rtol=1e-10)


def test_the_lower_half_may_be_left_out():
    upper = [[NAN, 2, 5], [NAN, NAN, 3], [NAN, NAN, NAN]]
    np.testing.assert_array_equal(ahp(upper).weights, ahp([[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]]).weights)


def test_reciprocals_of_three_decimals_count_as_exact():
    found = ahp([[1, 3, 7], [0.333, 1, 2], [0.143, 0.5, 1]])
    np.testing.assert_array_equal(found.weights, ahp([[1, 3, 7], [1 / 3, 1, 2], [1 / 7, 1 / 2, 1]]).weights)


def test_one_and_two_things_are_always_consistent():
    assert ahp([[1]]).weights.tolist() == [1.0]
    two = ahp([[1, 4], [1 / 4, 1]])
    np.testing.assert_allclose(two.weights, [0.8, 0.2], rtol=1e-12)
    assert (two.consistency_index, two.consistency_ratio, two.consistent) == (0.0, 0.0, True)


# Harker 1987: with a_12 = 2, a_23 = 2 and a_13 missing the weights are 4 : 2 : 1 and lambda is 3.
@pytest.mark.parametrize("method", ["eigenvector", "geometric"])
def test_a_chain_of_judgements_settles_the_pair_that_is_missing(method):
    found = ahp([[1, 2, NAN], [1 / 2, 1, 2], [NAN, 1 / 2, 1]], method=method)
    np.testing.assert_allclose(found.weights, [4 / 7, 2 / 7, 1 / 7], rtol=1e-12)
    assert found.lambda_max == pytest.approx(3, abs=1e-12)
    assert (found.missing, found.consistent) == (1, True)


def test_harkers_weights_complete_the_matrix_with_their_own_ratios():
    matrix = judged("drinks")
    matrix.loc["coffee", "milk"] = matrix.loc["wine", "water"] = np.nan
    found = ahp(matrix)
    whole = found.matrix.fillna(pd.DataFrame(np.divide.outer(found.weights.to_numpy(), found.weights.to_numpy()), *[matrix.index] * 2))
    assert ahp(whole).lambda_max == pytest.approx(found.lambda_max, abs=1e-10)
    np.testing.assert_allclose(ahp(whole).weights, found.weights, rtol=1e-10)


def test_the_geometric_completion_has_the_least_squared_logarithms():
    matrix = judged("drinks")
    matrix.loc["coffee", "milk"] = matrix.loc["wine", "water"] = np.nan
    found = ahp(matrix, method="geometric")
    logs = np.log(found.matrix.to_numpy())

    def misfit(w):
        return np.nansum((logs - np.subtract.outer(np.log(w), np.log(w))) ** 2)

    w = found.weights.to_numpy()
    nearby = w * np.exp(np.random.default_rng(3).normal(0, 0.01, size=(200, len(w))))
    assert min(misfit(each) for each in nearby) > misfit(w)


def test_ahpys_completion_of_missing_pairs_is_near():
    ahpy = pytest.importorskip("ahpy")
    matrix = judged("drinks")
    matrix.loc["coffee", "milk"] = matrix.loc["wine", "water"] = np.nan
    pairs = {(i, j): matrix.loc[i, j] for i in matrix for j in matrix if matrix.loc[i, j] == matrix.loc[i, j]}
    peer = ahpy.Compare("drinks", pairs, precision=9).target_weights
    # ahpy looks for the completion with the smallest eigenvalue, Harker for the one his weights give back.
    assert ahp(matrix).weights.to_dict() == pytest.approx(peer, abs=2e-3)


def test_fewer_judgements_lower_the_random_index():
    assert random_index_of("saaty", 5, missing=3) == pytest.approx(1.12 * (1 - 3 / 6))
    assert random_index_of("saaty", 5, missing=6) == 0


def test_the_costliest_judgement_is_the_one_that_was_spoiled():
    truth = np.array([0.4, 0.25, 0.2, 0.1, 0.05])
    matrix = pd.DataFrame(truth[:, None] / truth, index=list("abcde"), columns=list("abcde"))
    matrix.loc["b", "d"], matrix.loc["d", "b"] = 1 / 5, 5.0
    spoiled = ahp(matrix)
    assert not spoiled.consistent
    first = revisit(spoiled).iloc[0]
    assert (first["first"], first["second"], first["judgement"]) == ("b", "d", 0.2)
    assert first["consistency_ratio"] < 0.1 < spoiled.consistency_ratio
    assert first["saved"] == pytest.approx(spoiled.consistency_ratio - first["consistency_ratio"])


def test_the_ratio_that_revisiting_promises_is_the_one_it_brings():
    found = ahp(INCONSISTENT)
    for row in revisit(found).itertuples():
        matrix = found.matrix.copy()
        matrix.iloc[row.first, row.second], matrix.iloc[row.second, row.first] = row.proposed, 1 / row.proposed
        assert ahp(matrix).consistency_ratio == pytest.approx(row.consistency_ratio, abs=1e-10)
        assert row.proposed == pytest.approx(found.weights[row.first] / found.weights[row.second])
        scale = [1 / 9, 1 / 8, 1 / 7, 1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        # Nearest by ratio: as far from 3 to 2 as from 1/3 to 1/2.
        assert row.nearest == pytest.approx(min(scale, key=lambda step: max(step / row.proposed, row.proposed / step)))


def test_two_things_have_one_judgement_and_nothing_to_save():
    assert revisit(ahp([[1, 4], [1 / 4, 1]]))["saved"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1, 2, 3], [1 / 2, 1, 2]], "2 rows and 3 columns; compared in pairs they are square"),
        ([[1, 2], [1 / 2]], "no square table of numbers"),
        (pd.DataFrame([[1, 2], [0.5, 1]], index=["a", "b"], columns=["a", "c"]), "row 'b' stands beside the column 'c'"),
        (pd.DataFrame([[1, 1], [1, 1]], index=["a", "a"], columns=["a", "a"]), "'a' appears twice"),
    ],
)
def test_tables_that_are_not_square_are_refused(matrix, words):
    with pytest.raises(ParamsError, match=words):
        ahp(matrix)


@pytest.mark.parametrize(
    ("value", "mirror", "words"),
    [
        (3, 1 / 2, r"quality against price: 0.5 one way and 3 the other; the second must be one over the first, 2\. Correct"),
        (0, 1, r"price against quality: the judgement is 0; it must be above 0"),
        (-3, NAN, r"price against quality: the judgement is -3; it must be above 0"),
        (np.inf, NAN, r"price against quality: the judgement is inf"),
        ("much", NAN, "something that is no number"),
    ],
)
def test_bad_judgements_are_refused_by_pair(value, mirror, words):
    names = ["quality", "price", "service"]
    matrix = pd.DataFrame([[1, mirror, 2], [value, 1, 2], [0.5, 0.5, 1]], index=names, columns=names)
    with pytest.raises(DataError, match=words):
        ahp(matrix)


def test_a_bad_judgement_of_an_array_is_named_as_a_person_counts():
    with pytest.raises(DataError, match=r"Row 1, column 3: 5 one way and 0\.5 the other"):
        ahp([[1, 2, 5], [1 / 2, 1, 3], [1 / 2, 1 / 3, 1]])


def test_a_diagonal_other_than_one_is_refused():
    with pytest.raises(DataError, match="Row 2, column 2: 3 on the diagonal"):
        ahp([[1, 2], [1 / 2, 3]])


def test_judgements_that_leave_things_unconnected_are_refused():
    matrix = pd.DataFrame(np.eye(4), index=list("abcd"), columns=list("abcd")).replace(0, NAN)
    matrix.loc["a", "b"] = matrix.loc["c", "d"] = 3
    with pytest.raises(DataError, match="No judgement connects a, b with c, d"):
        ahp(matrix)
    with pytest.raises(DataError, match="No judgement connects 1, 2 with 3, 4:"):
        ahp(matrix.to_numpy())


def test_the_arithmetic_method_needs_every_pair():
    with pytest.raises(ParamsError, match="Row 1, column 3: no judgement"):
        ahp([[1, 2, NAN], [NAN, 1, 2], [NAN, NAN, 1]], method="arithmetic")


def test_more_things_than_the_random_index_knows_are_refused():
    with pytest.raises(ParamsError, match=r"16 things are compared .* ends at 15\. Divide them"):
        ahp(np.ones((16, 16)))


@pytest.mark.parametrize(
    ("option", "words"), [({"method": "mean"}, "No method of the weights"), ({"random_index": "own"}, "No random index")]
)
def test_unknown_words_are_refused(option, words):
    with pytest.raises(ParamsError, match=words):
        ahp(INCONSISTENT, **option)
