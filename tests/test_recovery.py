"""What the published tables leave open about hidden groups: a solver that tries to work them out."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csat_lib.errors import DisclosureError, ParamsError
from csat_lib.report.crossed import protect_crossed
from csat_lib.report.disclosure import protect
from csat_lib.report.exhibits import to_csv
from csat_lib.report.recovery import Cell, bounds, recoverable

BELOW = 10
few = settings(deadline=None, derandomize=True, database=None, max_examples=25)


def attack(shown, answers=None):
    """Bounds on the hidden cells of a table with segment, n and, where answers are given, their means."""
    rows = shown.to_dict("records")
    cells = []
    for row in rows:
        where = {name: row[name] for name in ("region", "channel", "period") if name in row and row[name] != "all"}
        if "segment" in row and row["segment"] != "all":
            where = {"region": row["segment"]}
        gone = bool(row["suppressed"])
        cells.append(Cell(where, None if gone else row["n"], None if gone or answers is None else row["n"] * row["estimate"]))
    return {each.cell.name: each for each in bounds(cells)}


def one_way(counts, means=None):
    means = [70.0] * len(counts) if means is None else means
    frame = pd.DataFrame({"segment": [f"s{k}" for k in range(len(counts))], "n": counts, "estimate": means})
    whole = {"segment": "all", "n": sum(counts), "estimate": np.average(means, weights=counts) if sum(counts) else np.nan}
    return pd.concat([frame, pd.DataFrame([whole])], ignore_index=True)


def crossed(counts):
    """A table over region and period with every total, from counts by region (rows) and period (columns)."""
    regions, periods = [f"r{k}" for k in range(len(counts))], [f"p{k}" for k in range(len(counts[0]))]
    rows = []
    for region, period in itertools.product([*regions, "all"], [*periods, "all"]):
        here = [
            counts[i][j]
            for i, j in itertools.product(range(len(regions)), range(len(periods)))
            if region in ("all", regions[i]) and period in ("all", periods[j])
        ]
        rows.append({"region": region, "period": period, "n": sum(here), "estimate": 70.0})
    return pd.DataFrame(rows)


def test_one_hidden_group_beside_its_total_is_worked_out_exactly():
    table = one_way([400, 300, 4], [70.0, 80.0, 20.0])
    found = attack(table.assign(suppressed=table["n"] < BELOW), answers="means")["region=s2"]
    assert (found.n_low, found.n_high) == pytest.approx((4, 4))
    assert (found.total_low, found.total_high) == pytest.approx((80, 80))


def test_the_solver_finds_a_group_through_a_two_way_table():
    """Hidden with one company in its row and none in its column, which is enough to subtract."""
    table = crossed([[4, 40], [50, 60], [70, 80]])
    hidden = table["region"].eq("r0") & table["period"].ne("all")
    found = attack(table.assign(suppressed=hidden))["region=r0, period=p0"]
    assert (found.n_low, found.n_high) == pytest.approx((4, 4))


@few
@given(st.lists(st.integers(0, 60), min_size=2, max_size=7), st.data())
def test_no_hidden_group_of_a_margin_can_be_worked_out(counts, data):
    means = data.draw(st.lists(st.floats(1, 99), min_size=len(counts), max_size=len(counts)))
    table = one_way([*counts, 80], [*means, 50.0])
    shown = protect(table, below=BELOW)
    for name, each in attack(shown, answers="means").items():
        n = table.set_index("segment").loc[name.removeprefix("region="), "n"]
        if n > 0:
            assert each.n_high - each.n_low >= BELOW - 1e-6
            assert each.total_high - each.total_low > 1


@few
@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_hidden_cell_of_a_two_way_table_is_known_to_be_small(counts):
    table = crossed(counts)
    shown = protect_crossed(table, ["region", "period"], below=BELOW)
    assert shown.loc[table["n"] < BELOW, "suppressed"].all()
    sizes = attack(shown)
    for row, n in zip(shown.to_dict("records"), table["n"], strict=True):
        name = ", ".join(f"{key}={row[key]}" for key in ("region", "period") if row[key] != "all") or "all"
        if row["suppressed"] and n > 0 and not shown["suppressed"].all():
            assert sizes[name].n_high >= BELOW - 1e-6


def test_two_periods_and_their_total_do_not_give_away_the_smaller():
    """Eleven people in the first quarter, nine in the second, twenty in both: the difference must not be there."""
    table = crossed([[11, 9], [200, 300], [150, 250]])
    shown = protect_crossed(table, ["region", "period"], below=BELOW)
    found = attack(shown)["region=r0, period=p1"]
    assert found.n_high - found.n_low >= BELOW
    assert not shown.loc[(shown["region"] == "all") | (shown["period"] == "all"), "suppressed"].all()


def test_a_table_without_small_cells_is_shown_whole():
    table = crossed([[40, 50], [60, 70]])
    shown = protect_crossed(table, ["region", "period"], below=BELOW)
    assert not shown["suppressed"].any()
    pd.testing.assert_frame_equal(shown.drop(columns="suppressed"), table, check_dtype=False)


@pytest.mark.parametrize("gone", ["", "NA", "nan", "null", "None"])
def test_a_hidden_count_is_one_however_it_is_written(gone):
    table = f"\ufeffsegment,n\nall,60\nwest,55\neast,{gone}\n"
    assert recoverable({"t": table}, below=BELOW) == ["t: segment=east"]


def test_segments_called_like_a_missing_value_are_segments():
    assert recoverable({"t": 'segment,n\nall,60\nNA,55\n"a ""quoted"", one",\n'}, below=BELOW) == ['t: segment=a "quoted", one']


def test_a_table_that_cannot_be_searched_is_not_published():
    with pytest.raises(DisclosureError, match=r"tables/t.csv cannot be searched for hidden groups: new-line character seen"):
        recoverable({"t": "segment,n\nwe\rst,5\n"}, below=BELOW)


def test_a_crossed_table_without_counts_is_refused():
    with pytest.raises(ParamsError, match="needs the column 'n'"):
        protect_crossed(crossed([[1, 2]]).drop(columns="n"), ["region", "period"], below=BELOW)


def attributes(cities):
    rows = [(city, region) for (city, region), count in cities.items() for _ in range(count)]
    return pd.DataFrame(rows, columns=["city", "region"])


def published(cities, below=BELOW):
    """Two tables of one sample, one by region and one by city, each protected for itself."""
    people = attributes(cities)
    tables = {}
    for by in ("region", "city"):
        sizes = people[by].value_counts()
        frame = pd.DataFrame(
            {"by": ["", *[by] * len(sizes)], "segment": ["all", *sizes.index], "n": [len(people), *sizes], "estimate": 70.0}
        )
        tables[f"by_{by}"] = to_csv(protect(frame, below=below))
    return tables, people


def test_a_city_that_its_region_gives_away_is_found():
    """Nook has 4 of the 64 in the isles; the next smallest city, Dale, lies elsewhere: 64 less 60 is 4."""
    tables, people = published({("nook", "isles"): 4, ("port", "isles"): 60, ("dale", "north"): 30, ("town", "north"): 90})
    assert recoverable(tables, below=BELOW, attributes=people) == ["by_region, by_city: city=nook"]
    assert recoverable(tables, below=BELOW) == []


def test_cities_whose_company_lies_in_the_same_region_are_safe():
    tables, people = published({("nook", "isles"): 4, ("port", "isles"): 20, ("dale", "north"): 30, ("town", "north"): 90})
    assert recoverable(tables, below=BELOW, attributes=people) == []


def test_two_tables_of_one_sample_that_hide_different_groups_are_found():
    whole = one_way([400, 300, 40, 4])
    first = whole.assign(suppressed=whole["segment"].isin(["s2", "s3"]))
    second = whole.assign(suppressed=whole["segment"].isin(["s1", "s3"]))
    tables = {
        name: to_csv(each.assign(by="region", n=each["n"].mask(each["suppressed"]))) for name, each in {"a": first, "b": second}.items()
    }
    assert recoverable(tables, below=BELOW) == ["a, b: region=s3"]
    assert recoverable({"a": tables["a"]}, below=BELOW) == []


def test_tables_of_different_samples_are_not_put_together():
    """The second has one respondent more in a shown segment, so that its counts say nothing exact about the first."""
    one, two = one_way([400, 300, 40, 4]), one_way([401, 299, 40, 4])
    tables = {
        "a": to_csv(one.assign(by="region", n=one["n"].mask(one["segment"].isin(["s2", "s3"])))),
        "b": to_csv(two.assign(by="region", n=two["n"].mask(two["segment"].isin(["s2", "s3"])))),
    }
    assert recoverable(tables, below=BELOW) == []


def test_an_empty_group_gives_nobody_away():
    table = one_way([400, 300, 0])
    assert recoverable({"a": to_csv(protect(table.assign(by="region"), below=BELOW))}, below=BELOW) == []


def test_margins_of_one_attribute_hide_the_same_company():
    """West is the next smallest for the first question, south for the second: both hide west."""
    frame = pd.concat(
        [
            one_way([300, 39, 41, 4]).assign(item="q1"),
            one_way([300, 41, 39, 4]).assign(item="q2"),
            one_way([300, 41, 39, 40]).assign(item="q3"),
        ]
    )
    shown = protect(frame, below=BELOW)
    hidden = shown[shown["suppressed"]].groupby("item")["segment"].agg(set).to_dict()
    assert hidden == {"q1": {"s1", "s3"}, "q2": {"s1", "s3"}}


def test_themes_are_margins_of_their_own():
    frame = pd.concat([one_way([60, 50, 3]).assign(theme="price"), one_way([60, 50, 40]).assign(theme="staff")])
    shown = protect(frame, below=BELOW)
    assert set(shown.loc[shown["suppressed"], "theme"]) == {"price"}
    assert shown.loc[shown["suppressed"], "segment"].tolist() == ["s1", "s2"]
