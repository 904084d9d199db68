"""Moments of parts are those of all rows together, on a Dask cluster as in one process."""

from __future__ import annotations

from functools import cache

import dask
import dask.dataframe
import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config
from known_models import ecsi, truth

from csat_lib.errors import DataError, ParamsError
from csat_lib.model import bootstrap, fit_pls
from csat_lib.simulate import FactorTruth, responses
from csat_lib.stats import moments
from csat_lib.survey import moments_from_partitions

ITEMS = ["a", "b", "c"]


def rated(n: int = 5_000, offset: float = 0.0) -> pd.DataFrame:
    """Correlated answers with gaps, and weights of which some are 0."""
    rng = np.random.default_rng(1)
    answers = rng.integers(1, 11, (n, 3)) + rng.integers(1, 11, (n, 1)) + offset
    answers[rng.random(answers.shape) < 0.1] = np.nan
    return pd.DataFrame(answers, columns=ITEMS).assign(w=rng.integers(0, 4, n) / 2)


def parts_of(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Uneven ones: empty, of a single row, of rows without a weight."""
    none = frame.head(3).assign(w=0.0, a=np.nan)
    return [frame.iloc[:0], frame.iloc[:1], none, frame.iloc[1:1777], frame.iloc[1777:]]


def assert_same(found, expected):
    """Sums in another order differ in the last digits; the covariances are compared in units of the standard deviations."""
    spread = np.sqrt(np.diag(expected.covariance))
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-10)
    np.testing.assert_allclose(found.covariance / np.outer(spread, spread), expected.covariance / np.outer(spread, spread), atol=1e-10)
    assert (found.n, found.items) == (expected.n, expected.items)
    assert found.n_effective == pytest.approx(expected.n_effective, rel=1e-10)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask cluster in this process."""
    with (
        dask.config.set({"temporary_directory": str(tmp_path_factory.mktemp("dask"))}),
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as started,
        Client(started) as client,
    ):
        yield client


@pytest.mark.parametrize("offset", [0.0, 1e8])
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
def test_uneven_parts_are_one_sample(missing, weights, offset):
    frame = rated(offset=offset)
    whole = frame if weights else pd.concat(parts_of(frame))
    expected = moments(whole, ITEMS, weights=None if weights is None else whole["w"], missing=missing, scale=(1, 20))
    found = moments_from_partitions(iter(parts_of(frame)), ITEMS, weights=weights, missing=missing, scale=(1, 20))
    assert_same(found, expected)
    assert found.low.tolist() == [1, 1, 1]


def test_files_and_frames_mix_and_workers_change_nothing(tmp_path):
    frame = rated()
    frame.iloc[:2_000].to_parquet(tmp_path / "first.parquet")
    parts = [tmp_path / "first.parquet", frame.iloc[2_000:]]
    found = moments_from_partitions(parts, ITEMS, weights="w")
    assert_same(found, moments(frame, ITEMS, weights=frame["w"]))
    with parallel_config(backend="threading"):
        again = moments_from_partitions(parts, ITEMS, weights="w", workers=2)
    np.testing.assert_array_equal(found.covariance, again.covariance)


@cache
def small_part(seed: int) -> pd.DataFrame:
    """25,000 respondents to the 24 items of the ECSI model, one byte each."""
    model = ecsi()
    paths = {(cause, effect): 0.7 / len(model.drivers_of[effect]) for cause, effect in model.paths}
    known = FactorTruth(model, paths, dict.fromkeys(model.items, 0.75))
    return responses(known, 25_000, seed=seed, answers="rounded").astype("int8").assign(comment="stays on the worker")


def test_a_fit_of_a_million_rows_on_a_cluster_is_the_fit_of_the_rows(cluster):
    """More partitions than one task merges, made on the workers."""
    model, seeds = ecsi(), range(40)
    found = moments_from_partitions(dask.dataframe.from_map(small_part, seeds, meta=small_part(0).head(0)), model.items)
    frame = pd.concat([small_part(seed)[list(model.items)] for seed in seeds])
    assert_same(found, moments(frame, model.items))
    ours, expected = fit_pls(found, model, tolerance=1e-12), fit_pls(frame, model, tolerance=1e-12)
    for table in ("paths", "weights", "loadings"):
        np.testing.assert_allclose(getattr(ours, table)["estimate"], getattr(expected, table)["estimate"], atol=1e-10)


def test_a_bootstrap_on_a_cluster_has_the_same_draws(cluster):
    frame = responses(truth(), 200, seed=2)
    fit = fit_pls(frame, truth().structure)
    expected = bootstrap(fit, frame, draws=600, seed=3)
    with parallel_config(backend="dask"):
        found = bootstrap(fit, frame, draws=600, seed=3, workers=2)
    np.testing.assert_array_equal(found.paths, expected.paths)
    np.testing.assert_array_equal(found.htmt, expected.htmt)


@pytest.mark.parametrize(
    ("parts", "asked", "message"),
    [
        ([], {}, "There are no partitions"),
        ([pd.DataFrame({"a": [1.0, 2.0]})], {}, "No column 'b' in the data"),
        ([pd.DataFrame({"a": ["good"], "b": [1.0]})], {}, "'a' is not numeric"),
        ([pd.DataFrame({"a": [1.0, np.inf], "b": [1.0, 2.0]})], {}, "Infinite answers in 'a'"),
        ([pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "w": [1.0, -1.0]})], {"weights": "w"}, "The weight 'w' of row 1 is -1.0"),
        ([pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "w": [0.0, 0.0]})], {"weights": "w"}, "All weights in 'w' are zero"),
        ([pd.DataFrame({"a": [1.0, np.nan], "b": [np.nan, 2.0]})], {}, "0 of 2 respondents answered all of 2 items"),
    ],
)
def test_what_cannot_be_summed_is_refused_by_name(parts, asked, message):
    with pytest.raises(DataError) as refused:
        moments_from_partitions(parts, ["a", "b"], **asked)
    assert message in str(refused.value)


def test_a_dask_frame_is_refused_by_name_before_anything_is_computed():
    lazy = dask.dataframe.from_pandas(pd.DataFrame({"quality": [1.0, 2.0]}), npartitions=1)
    with pytest.raises(DataError, match=r"No column 'qualty' in the partitions\. Did you mean 'quality'"):
        moments_from_partitions(lazy, ["qualty"])
    with pytest.raises(ParamsError, match="its cluster has its own"):
        moments_from_partitions(lazy, ["quality"], workers=2)


def test_one_frame_is_not_a_list_of_parts():
    with pytest.raises(ParamsError, match="a list of DataFrames"):
        moments_from_partitions(rated(), ["a"])
