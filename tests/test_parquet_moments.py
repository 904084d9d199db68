"""Moments of Parquet files are those of the same rows in memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.stats import moments
from csat_lib.survey.parquet_moments import moments_from_parquet

ITEMS = ["a", "b", "c", "d"]


def rated(n: int = 30_000, *, offset: float = 0.0, seed: int = 1) -> pd.DataFrame:
    """Correlated answers with gaps, a weight and a region, some rows without one."""
    rng = np.random.default_rng(seed)
    answers = rng.integers(1, 11, (n, 4)) + rng.integers(1, 11, (n, 1)) + offset
    answers[rng.random(answers.shape) < 0.1] = np.nan
    frame = pd.DataFrame(answers, columns=ITEMS)
    return frame.assign(w=rng.integers(0, 4, n) / 2, region=rng.choice(np.array(["n", "s", None], dtype=object), n))


def assert_same(found, expected):
    spread = np.sqrt(np.diag(expected.covariance))
    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-10)
    np.testing.assert_allclose(found.covariance / np.outer(spread, spread), expected.covariance / np.outer(spread, spread), atol=1e-10)
    assert found.n == expected.n
    assert found.n_effective == pytest.approx(expected.n_effective, rel=1e-10)
    assert found.items == expected.items


@pytest.mark.parametrize("offset", [0.0, 1e8])
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("missing", ["listwise", "pairwise", "mean"])
def test_they_equal_those_of_the_frame(tmp_path, missing, weights, offset):
    frame = rated(offset=offset)
    frame.to_parquet(tmp_path / "all.parquet", row_group_size=7_001)
    found = moments_from_parquet(tmp_path / "all.parquet", ITEMS, weights=weights, missing=missing, scale=(1, 20))
    assert_same(found, moments(frame, ITEMS, weights=None if weights is None else frame["w"], missing=missing, scale=(1, 20)))
    assert found.high is not None
    assert found.high.tolist() == [20] * 4


def test_files_of_a_folder_and_of_a_pattern_are_one_sample(tmp_path):
    frame = rated()
    for number, start in enumerate(range(0, len(frame), 9_999)):
        frame.iloc[start : start + 9_999].to_parquet(tmp_path / f"part{number}.parquet")
    for path in (tmp_path, tmp_path / "part*.parquet", str(tmp_path / "*.parquet")):
        assert_same(moments_from_parquet(path, ITEMS, missing="pairwise"), moments(frame, ITEMS, missing="pairwise"))


def test_revisions_and_hidden_files_are_not_counted(tmp_path):
    frame = rated(100)
    for name in ("a.parquet", "revisions/1/a.parquet", ".beside.parquet", "_old/a.parquet"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(tmp_path / name)
    assert moments_from_parquet(tmp_path, ["a"]).n == frame["a"].count()


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_each_segment_has_the_moments_of_its_rows(tmp_path, missing):
    frame = rated(offset=1e8)
    frame.to_parquet(tmp_path / "all.parquet", row_group_size=5_000)
    found = moments_from_parquet(tmp_path, ITEMS, weights="w", missing=missing, by="region")
    assert list(found) == ["n", "s"]
    for region, here in frame.groupby("region"):
        assert_same(found[region], moments(here, ITEMS, weights=here["w"], missing=missing))


def test_segments_add_up_to_the_whole(tmp_path):
    frame = rated().dropna(subset="region")
    frame.to_parquet(tmp_path / "all.parquet")
    parts = moments_from_parquet(tmp_path, ITEMS, weights="w", by="region")
    assert_same(parts["n"] + parts["s"], moments_from_parquet(tmp_path, ITEMS, weights="w"))


def test_very_many_small_segments_need_not_wait(tmp_path, monkeypatch):
    monkeypatch.setattr("csat_lib.survey.parquet_moments.WAITING", 1000)
    frame = rated(20_000).assign(shop=np.arange(20_000) % 500)
    frame.to_parquet(tmp_path / "all.parquet", row_group_size=2_000)
    found = moments_from_parquet(tmp_path, ["a", "b"], by="shop")
    assert len(found) == 500
    assert_same(found["7"], moments(frame[frame["shop"] == 7], ["a", "b"]))


def test_a_folders_name_may_be_the_segment(tmp_path):
    frame = rated()
    for period, rows in (("2026Q1", frame[:10_000]), ("2026Q2", frame[10_000:])):
        (tmp_path / f"period={period}").mkdir()
        rows.to_parquet(tmp_path / f"period={period}" / "answers.parquet")
    found = moments_from_parquet(tmp_path, ITEMS, by="period")
    assert_same(found["2026Q2"], moments(frame[10_000:], ITEMS))
    assert list(found) == ["2026Q1", "2026Q2"]


def test_whole_numbers_truth_values_and_dictionaries_are_numbers(tmp_path):
    plain = pd.DataFrame({"a": [1, 2, 4, None], "b": [True, False, True, False], "c": [3, 3, 9, 8]})
    table = pa.table(
        {
            "a": pa.array([1, 2, 4, None], pa.int8()),
            "b": pa.array([True, False, True, False]),
            "c": pa.array([3, 3, 9, 8], pa.int16()).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    assert_same(moments_from_parquet(tmp_path, list("abc"), missing="mean"), moments(plain.astype(float), list("abc"), missing="mean"))


@pytest.mark.parametrize(
    ("columns", "asked", "message"),
    [
        ({"quality": [1.0, 2.0]}, {"items": ["qualty"]}, "x.parquet: no column 'qualty'. Did you mean 'quality'?"),
        ({"quality": ["good", "bad"]}, {"items": ["quality"]}, "the column 'quality' is not numeric but"),
        ({"a": [1.0, np.inf]}, {"items": ["a"]}, "infinite answers in 'a'"),
        ({"a": [1.0, 2.0], "w": [1.0, -1.0]}, {"items": ["a"], "weights": "w"}, "the weight 'w' is -1.0 in data row 2"),
        ({"a": [1.0, 2.0], "w": [0.0, 0.0]}, {"items": ["a"], "weights": "w"}, "all weights in 'w' are zero"),
        ({"a": [1.0, 2.0]}, {"items": ["a"], "weights": "w"}, "no column 'w'"),
        ({"a": [1.0, 2.0]}, {"items": ["a"], "by": "region"}, "no column 'region'"),
        ({"a": [1.0, 2.0, 3.0], "g": ["x", "x", "y"]}, {"items": ["a"], "by": "g"}, "g 'y': 1 of 1 respondents answered"),
        ({"a": [1.0, None], "b": [None, 1.0]}, {"items": ["a", "b"]}, "0 of 2 respondents answered all of 2 items"),
        ({"a": [1.0, None], "b": [None, 1.0]}, {"items": ["a", "b"], "missing": "pairwise"}, "at least 2 are needed"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path, columns, asked, message):
    pd.DataFrame(columns).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(DataError) as refused:
        moments_from_parquet(tmp_path / "x.parquet", **asked)
    assert message in str(refused.value)


def test_a_place_without_parquet_and_a_damaged_file_are_refused(tmp_path):
    with pytest.raises(DataError, match="no Parquet file there"):
        moments_from_parquet(tmp_path / "nothing" / "*.parquet", ["a"])
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"x\.parquet: not a readable Parquet file"):
        moments_from_parquet(tmp_path, ["a"])


def test_an_item_named_twice_and_an_unknown_rule_are_refused(tmp_path):
    with pytest.raises(ParamsError, match="each item once"):
        moments_from_parquet(tmp_path, ["a", "a"])
    with pytest.raises(ParamsError, match="listwise, pairwise, mean"):
        moments_from_parquet(tmp_path, ["a"], missing="drop")


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc, which Linux alone has")
def test_a_large_row_group_is_not_held_in_memory(tmp_path):
    """Three million rows of 24 items are 562,500 KiB in memory; in one row group, reading them must take less than a third of that."""
    one = np.random.default_rng(1).normal(size=3_000_000)
    for name, rows in (("small", one[:1000]), ("large", one)):
        table = pa.table({f"q{number}": rows for number in range(24)})
        pq.write_table(table, tmp_path / f"{name}.parquet", row_group_size=len(rows), use_dictionary=False, compression="none")
    code = (
        "import re, sys; from pathlib import Path; from csat_lib.survey.parquet_moments import moments_from_parquet as read\n"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "items = [f'q{number}' for number in range(24)]; read(sys.argv[1] + '/small.parquet', items)\n"
        "before = peak(); read(sys.argv[1] + '/large.parquet', items); print(peak() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 187_500
