"""Banner tables with letters of significance."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from known_models import survey_of
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from csat_lib.errors import ParamsError
from csat_lib.index import arranged, banner, banner_bases

REGIONS = ["east", "north", "south", "west"]
RNG = np.random.default_rng(11)
N = 400
REGION = RNG.choice(REGIONS, N, p=[0.4, 0.3, 0.2, 0.1])
FRAME = pd.DataFrame(
    {
        "speed": np.clip(np.rint(RNG.normal(6, 2, N) + 1.6 * (REGION == "south")), 1, 10),
        "range": np.clip(np.rint(RNG.normal(7, 2, N)), 1, 10),
        "region": REGION,
        "channel": RNG.choice(["store", "web"], N),
        "weight": RNG.uniform(0.4, 2.5, N),
        "shop": RNG.integers(0, 40, N),
    }
).astype({"region": object, "channel": object})
ITEMS = ["speed", "range"]
ROLES = {"region": "segment", "channel": "segment", "weight": "weight"}


def survey(frame=FRAME, **roles):
    return survey_of(frame, ITEMS, roles={**ROLES, **roles})


def letters_expected(p, means, alpha, correction):
    """Letters from statsmodels' p-values."""
    reject = np.array(p) < alpha if correction == "none" else multipletests(p, alpha=alpha, method=correction)[0]
    won = dict.fromkeys(REGIONS, "")
    for (a, b), significant in zip(itertools.combinations(REGIONS, 2), reject, strict=True):
        if significant:
            high, low = (a, b) if means[a] > means[b] else (b, a)
            won[high] += chr(ord("A") + REGIONS.index(low))
    return {name: "".join(sorted(each)) for name, each in won.items()}


def row(table, metric, item="speed", by="region"):
    return table[(table["banner"] == by) & (table["item"] == item) & (table["metric"] == metric)].set_index("segment")


@pytest.mark.parametrize("correction", ["none", "bonferroni", "holm"])
@pytest.mark.parametrize("alpha", [0.05, 0.4])
def test_letters_of_means_are_those_of_statsmodels_on_effective_n(correction, alpha):
    own = row(banner(survey(), ITEMS, "region", correction=correction, alpha=alpha), "score")
    groups = {}
    for name, part in FRAME.groupby("region"):
        w = part["weight"] * part["weight"].sum() / (part["weight"] ** 2).sum()
        groups[name] = DescrStatsW(100 * (part["speed"] - 1) / 9, weights=w)
    p = [CompareMeans(groups[a], groups[b]).ttest_ind(usevar="unequal")[1] for a, b in itertools.combinations(REGIONS, 2)]
    np.testing.assert_allclose(own.loc[REGIONS, "estimate"], [groups[name].mean for name in REGIONS], rtol=1e-10)
    np.testing.assert_allclose(own.loc[REGIONS, "n_effective"], [groups[name].nobs for name in REGIONS], rtol=1e-10)
    means = {name: groups[name].mean for name in REGIONS}
    assert own["letters"].to_dict() == letters_expected(p, means, alpha, correction)


@pytest.mark.parametrize("correction", ["none", "holm"])
def test_letters_of_shares_are_those_of_statsmodels_on_effective_n(correction):
    own = row(banner(survey(), ITEMS, "region", correction=correction, alpha=0.3), "top_2")
    share, n = {}, {}
    for name, part in FRAME.groupby("region"):
        n[name] = part["weight"].sum() ** 2 / (part["weight"] ** 2).sum()
        share[name] = np.average(part["speed"] >= 9, weights=part["weight"])
    p = [proportions_ztest([share[a] * n[a], share[b] * n[b]], [n[a], n[b]])[1] for a, b in itertools.combinations(REGIONS, 2)]
    np.testing.assert_allclose(own.loc[REGIONS, "estimate"], [100 * share[name] for name in REGIONS], rtol=1e-10)
    assert own["letters"].to_dict() == letters_expected(p, share, 0.3, correction)
    assert any(own["letters"])


def test_with_clusters_the_test_is_that_of_a_clustered_regression():
    table = banner(survey(shop="cluster"), ITEMS, "channel", correction="none", alpha=0.05)
    own = row(table, "score", by="channel")
    assert set(own["test"]) == {"design-based t"}
    x = sm.add_constant((FRAME["channel"] == "store").astype(float))
    fit = sm.WLS(100 * (FRAME["speed"] - 1) / 9, x, weights=FRAME["weight"]).fit(
        cov_type="cluster", cov_kwds={"groups": FRAME["shop"], "use_correction": False}
    )
    groups = FRAME["shop"].nunique()
    error = fit.bse["channel"] * np.sqrt(groups / (groups - 1))
    from csat_lib.index.design import design_of

    design = design_of(survey(shop="cluster"))
    y = (100 * (FRAME["speed"] - 1) / 9).to_numpy()
    here = (FRAME["channel"] == "store").to_numpy()
    assert design.error_of(design.linearised(y, here) - design.linearised(y, ~here)) == pytest.approx(error, rel=1e-10)
    assert design.degrees == groups - 1
    C = design.covariance_of(np.column_stack([design.linearised(y, here), design.linearised(y, ~here)]))
    assert np.sqrt(C[0, 0] + C[1, 1] - 2 * C[0, 1]) == pytest.approx(error, rel=1e-8)
    p = 2 * stats.t.sf(abs(fit.params["channel"]) / error, groups - 1)
    for alpha in (p * 0.99, p * 1.01):
        won = row(banner(survey(shop="cluster"), ITEMS, "channel", correction="none", alpha=alpha), "score", by="channel")["letters"]
        assert any(won) == (alpha > p)
    with pytest.raises(ParamsError, match="test='effective_n' knows no strata or clusters"):
        banner(survey(shop="cluster"), ITEMS, "channel", test="effective_n")


def test_small_bases_have_no_figures_and_no_letters():
    few = FRAME.assign(region=np.where(np.arange(N) < 9, "tiny", np.where(np.arange(N) < 34, "small", "large")))
    few.loc[few["region"] == "tiny", "speed"] = 10.0
    few.loc[few["region"] == "large", "speed"] = np.clip(few["speed"], 1, 5)
    own = row(banner(survey(few), ITEMS, "region", correction="none"), "score")
    assert own["n"].to_dict() == {"large": 366, "small": 25, "tiny": 9}
    assert own["suppressed"].to_dict() == {"large": False, "small": False, "tiny": True}
    assert own["small_base"].to_dict() == {"large": False, "small": True, "tiny": False}
    assert np.isnan(own.loc["tiny", "estimate"])
    assert own["letters"].to_dict() == {"large": "", "small": "A", "tiny": ""}


def test_a_suppressed_column_does_not_count_among_the_pairs():
    three = FRAME.assign(region=np.where(np.arange(N) < 5, "tiny", np.where(np.arange(N) < 200, "one", "two")))
    two = three.assign(region=three["region"].where(three["region"] != "tiny"))
    kept = row(banner(survey(three), ITEMS, "region", correction="bonferroni", alpha=0.9), "score")
    alone = row(banner(survey(two), ITEMS, "region", correction="bonferroni", alpha=0.9), "score")
    assert (kept.loc["one", "letters"] == "") == (alone.loc["one", "letters"] == "")
    np.testing.assert_allclose(kept.loc[["one", "two"], "estimate"], alone.loc[["one", "two"], "estimate"], rtol=1e-12)


def test_a_distribution_sums_to_a_hundred_in_every_column():
    table = banner(survey(), ITEMS, ["region", "channel"], metrics=["distribution"])
    sums = table.groupby(["banner", "segment", "item"])["estimate"].sum()
    np.testing.assert_allclose(sums, 100, rtol=1e-12)
    assert table.groupby(["banner", "segment", "item"])["code"].apply(list).iloc[0] == list(range(1, 11))


def test_the_total_comes_first_without_a_letter_and_each_banner_starts_at_a():
    table = banner(survey(), ITEMS, ["region", "channel"])
    columns = table.drop_duplicates(["banner", "segment"])[["banner", "segment", "letter"]].to_numpy().tolist()
    expected = [["", "all", ""], *(["region", name, letter] for name, letter in zip(REGIONS, "ABCD", strict=True))]
    assert columns == [*expected, ["channel", "store", "A"], ["channel", "web", "B"]]


def test_the_wide_arrangement_holds_the_same_figures():
    table = banner(survey(), ITEMS, ["region", "channel"], metrics=["score", "top_2", "distribution"], alpha=0.4, correction="none")
    wide = arranged(table, metric="score")
    assert wide.shape == (2, 7)
    assert wide.loc["range", ("region", "north", "B")] == row(table, "score", "range").loc["north", "estimate"]
    texts = arranged(table, metric="score", decimals=1)
    own = row(table, "score").loc["south"]
    assert texts.loc["speed", ("region", "south", "C")] == f"{own['estimate']:.1f} {own['letters']}".strip()
    assert arranged(table, metric="distribution").shape == (20, 7)
    bases = banner_bases(table)
    assert bases.index.tolist() == [("speed", "n"), ("range", "n"), ("speed", "n_effective"), ("range", "n_effective")]
    assert bases.loc[("speed", "n"), ("", "all", "")] == N
    with pytest.raises(ParamsError, match=r"no 'bottom_2'. There are: score, top_2, distribution"):
        arranged(table, metric="bottom_2")


def test_the_size_of_weights_does_not_matter():
    once, more = (banner(survey(FRAME.assign(weight=FRAME["weight"] * factor)), ITEMS, "region") for factor in (1, 7))
    pd.testing.assert_frame_equal(once, more, rtol=1e-10)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"correction": "sidak"}, "No correction 'sidak'"),
        ({"alpha": 5}, "alpha=5: expected a level between 0 and 1"),
        ({"alpha": 1}, "alpha=1: expected a level between 0 and 1"),
        ({"alpha": 0}, "alpha=0: expected a level between 0 and 1"),
        ({"metrics": ["mean"]}, "No metric of a banner 'mean'. There are: score, top_2"),
        ({"test": "z"}, "No test 'z'"),
    ],
)
def test_options_that_there_are_not_are_refused(options, words):
    with pytest.raises(ParamsError, match=words):
        banner(survey(), ITEMS, "region", **options)


def test_more_than_26_columns_part_their_letters_by_blanks():
    dealers = [f"d{number:02d}" for number in range(28)]
    frame = pd.DataFrame({"speed": np.tile([1.0, 2.0], 28 * 15), "range": 5.0, "region": np.repeat(dealers, 30), "channel": "web"})
    frame.loc[frame["region"] == "d27", "speed"] += 7
    own = row(banner(survey_of(frame, ITEMS, roles={"region": "segment", "channel": "segment"}), ITEMS, "region"), "score")
    alphabet = [chr(ord("A") + place) for place in range(26)]
    assert own.loc["d27", "letter"] == "AB"
    assert own.loc["d27", "letters"] == " ".join([*alphabet, "AA"])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: banner(survey(), "speed", "region"), r"expected a list of items, got 'speed'. Write \['speed'\]"),
        (lambda: banner(survey(), ["speed", "speed"], "region"), "The item 'speed' is named twice"),
        (lambda: banner(survey(), ITEMS, ["region", "region"]), "The segment 'region' is named twice"),
        (lambda: banner(survey(), ITEMS, []), "at least one segment"),
        (lambda: banner(survey(), ITEMS, "region", alpha="high"), "alpha=high: expected a number"),
        (lambda: banner(survey(), ITEMS, "region", suppress_below=2.5), "suppress_below: expected a whole number"),
        (lambda: arranged(FRAME, metric="score"), "Expected the table of banner; this one has no column 'banner'"),
        (lambda: banner_bases(None), "Expected the table of banner, got None"),
    ],
)
def test_what_makes_no_banner_is_refused(call, told):
    with pytest.raises(ParamsError, match=told):
        call()
