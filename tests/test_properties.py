"""What must not matter to a path model, does not: searched for with inputs of every shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_config
from known_models import structure, survey_of

from csat_lib.model import PlsFit, bootstrap, fit_pls
from csat_lib.stats import blocks, counts
from csat_lib.study import Structure

TIGHT = {"tolerance": 1e-12, "max_iterations": 5000}
SCHEMES = st.sampled_from(["path", "factorial", "centroid"])
METRICS = st.sampled_from(["standardised", "raw"])
few = settings(max_examples=15, deadline=None, derandomize=True, database=None)

# Weights stop within 1e-12 of the fixed point, and everything else follows from them; sums in another order differ by rounding.
SAME = 1e-9


@dataclass(frozen=True)
class Case:
    """A model and answers to it."""

    model: Structure
    frame: pd.DataFrame

    @property
    def n(self) -> int:
        return len(self.frame)


@st.composite
def cases(draw, smallest: int = 1) -> Case:
    """Three or four constructs of up to four items in a chain with further paths, and 40 to 80 answers.

    Every construct is half its predecessor, every item mostly its construct, so that no item is constant and no two constructs are one.
    """
    sizes = draw(st.lists(st.integers(smallest, 4), min_size=3, max_size=4))
    names = [f"c{place}" for place in range(len(sizes))]
    blocks = {name: [f"{name}_{item}" for item in range(size)] for name, size in zip(names, sizes, strict=True)}
    drivers_of = {}
    for place, effect in enumerate(names[1:], start=1):
        further = draw(st.lists(st.sampled_from(names[:place]), max_size=2, unique=True))
        drivers_of[effect] = sorted({names[place - 1], *further})
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(40, 80))
    columns: dict[str, np.ndarray] = {}
    score = rng.normal(size=n)
    for name in names:
        score = 0.6 * score + 0.8 * rng.normal(size=n)
        for item in blocks[name]:
            columns[item] = 6 + rng.uniform(0.5, 2) * (0.85 * score + 0.5 * rng.normal(size=n))
    return Case(structure(blocks, drivers_of, outcome=names[-1]), pd.DataFrame(columns))


def assert_same(found: PlsFit, expected: PlsFit, **signs: float) -> None:
    """All estimates agree by name; ``signs`` turns the loading and the weight of an item."""
    keys = {"paths": ["cause", "effect"], "loadings": ["item"], "weights": ["item"]}
    for table, key in keys.items():
        one, two = (getattr(fit, table).set_index(key)["estimate"].sort_index() for fit in (found, expected))
        for item, sign in signs.items():
            if item in two.index:
                two[item] *= sign
        pd.testing.assert_series_equal(one, two, atol=SAME, rtol=0)
    pd.testing.assert_series_equal(found.r_squared.sort_index(), expected.r_squared.sort_index(), atol=SAME, rtol=0)


def turned(case: Case, item: str) -> Case:
    """The same answers with one item asked the other way round."""
    return replace(case, frame=case.frame.assign(**{item: 11 - case.frame[item]}))


@few
@given(cases(), SCHEMES, METRICS, st.randoms(use_true_random=False))
def test_the_order_of_respondents_does_not_matter(case, scheme, metric, random):
    order = random.sample(range(case.n), case.n)
    how = {"scheme": scheme, "metric": metric, **TIGHT}
    assert_same(fit_pls(case.frame.iloc[order], case.model, **how), fit_pls(case.frame, case.model, **how))


@few
@given(cases(), SCHEMES, METRICS, st.randoms(use_true_random=False))
def test_the_order_of_items_in_their_blocks_does_not_matter(case, scheme, metric, random):
    model = case.model
    for each in case.model.constructs:
        model = model.with_items(each.name, tuple(random.sample(each.items, len(each.items))))
    how = {"scheme": scheme, "metric": metric, **TIGHT}
    assert_same(fit_pls(case.frame, model, **how), fit_pls(case.frame, case.model, **how))


@few
@given(cases(), SCHEMES, st.randoms(use_true_random=False))
def test_the_order_in_which_constructs_are_declared_does_not_matter(case, scheme, random):
    model = case.model
    shuffled = replace(
        model,
        constructs=tuple(random.sample(model.constructs, len(model.constructs))),
        drivers_of={effect: tuple(random.sample(model.drivers_of[effect], len(model.drivers_of[effect]))) for effect in model.drivers_of},
    )
    assert_same(fit_pls(case.frame, shuffled, scheme=scheme, **TIGHT), fit_pls(case.frame, model, scheme=scheme, **TIGHT))


@few
@given(cases(), SCHEMES, st.data())
def test_standardised_each_item_may_have_a_unit_of_its_own(case, scheme, data):
    slopes = data.draw(st.lists(st.floats(0.01, 100), min_size=case.frame.shape[1], max_size=case.frame.shape[1]))
    shift = data.draw(st.floats(-1000, 1000))
    found = fit_pls(case.frame * slopes + shift, case.model, scheme=scheme, **TIGHT)
    assert_same(found, fit_pls(case.frame, case.model, scheme=scheme, **TIGHT))


@few
@given(cases(), SCHEMES, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_raw_all_items_may_change_their_unit_together(case, scheme, slope, shift):
    how = {"scheme": scheme, "metric": "raw", **TIGHT}
    found, expected = fit_pls(case.frame * slope + shift, case.model, **how), fit_pls(case.frame, case.model, **how)
    assert_same(replace(found, weights=found.weights.assign(estimate=found.weights["estimate"] * slope)), expected)


@few
@given(cases(), SCHEMES, METRICS, st.integers(2, 4))
def test_a_sample_taken_several_times_gives_the_same_estimates(case, scheme, metric, times):
    """Scores have variance 1 with n - 1, so that raw weights shrink by what that changes; nothing else does."""
    how = {"scheme": scheme, "metric": metric, **TIGHT}
    found = fit_pls(pd.concat([case.frame] * times), case.model, **how)
    smaller = 1.0 if metric == "standardised" else np.sqrt(times * (case.n - 1) / (times * case.n - 1))
    assert_same(
        replace(found, weights=found.weights.assign(estimate=found.weights["estimate"] * smaller)), fit_pls(case.frame, case.model, **how)
    )


@few
@given(cases(smallest=3), st.data(), METRICS)
def test_an_item_asked_the_other_way_round_turns_alone(case, data, metric):
    """In a block of three or more the others decide which way the construct points."""
    item = data.draw(st.sampled_from(case.model.items))
    how = {"metric": metric, **TIGHT}
    start = fit_pls(case.frame, case.model, **how)
    assert_same(fit_pls(turned(case, item).frame, case.model, **how), start, **{item: -1.0})


@few
@given(cases(), SCHEMES, METRICS, st.data())
def test_whole_weights_are_respondents_who_answered_several_times(case, scheme, metric, data):
    """Weights have mean 1 over the rows used, so that n stays theirs: raw weights of items differ by that alone."""
    times = np.array(data.draw(st.lists(st.integers(0, 3), min_size=case.n, max_size=case.n).filter(lambda w: np.count_nonzero(w) > 30)))
    how = {"scheme": scheme, "metric": metric, **TIGHT}
    weighted = fit_pls(
        survey_of(case.frame, case.model.items, low=-100, high=100, weights=pd.Series(times.astype(float))), case.model, **how
    )
    copied = fit_pls(case.frame.loc[case.frame.index.repeat(times)], case.model, **how)
    used, total = np.count_nonzero(times), times.sum()
    ratio = 1.0 if metric == "standardised" else np.sqrt(used / (used - 1) / (total / (total - 1)))
    assert_same(replace(weighted, weights=weighted.weights.assign(estimate=weighted.weights["estimate"] * ratio)), copied)


@few
@given(cases(), st.integers(100, 300), st.integers(0, 300), st.integers(0, 2**31))
def test_draws_depend_neither_on_how_many_follow_nor_on_workers(case, draws, further, seed):
    """Products of larger matrices round differently, in the last digits alone."""
    fit = fit_pls(case.frame, case.model, **TIGHT)
    short = bootstrap(fit, case.frame, draws=draws, seed=seed)
    with parallel_config(backend="threading"):
        long = bootstrap(fit, case.frame, draws=draws + further, seed=seed, workers=2)
    for name in ("paths", "loadings", "weights", "total_effects", "htmt"):
        np.testing.assert_allclose(getattr(long, name)[..., :draws], getattr(short, name), atol=SAME)


@few
@given(cases(), SCHEMES, METRICS, st.integers(0, 2**31))
def test_a_draw_is_the_fit_of_the_respondents_drawn(case, scheme, metric, seed):
    """Batched moments and iterations beside one fit after the other; constructs point the same way on both sides."""
    how = {"scheme": scheme, "metric": metric, **TIGHT}
    fit = fit_pls(case.frame, case.model, **how)
    draws = bootstrap(fit, case.frame, draws=100, seed=seed)
    taken = counts(blocks(100, case.n, seed)[0], case.n).astype(int)
    for draw in range(3):
        alone = fit_pls(case.frame.loc[case.frame.index.repeat(taken[draw])], case.model, **how)
        np.testing.assert_allclose(draws.paths[:, draw], alone.paths["estimate"], atol=SAME)
        np.testing.assert_allclose(draws.loadings[:, draw], alone.loadings["estimate"], atol=SAME)
        np.testing.assert_allclose(draws.r_squared[:, draw], alone.r_squared, atol=SAME)
