"""What became of the addresses: rates as AAPOR defines them, refusals that name the row."""

from __future__ import annotations

import pytest

from csat_lib.errors import DataError
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_survey, response

REGIONS = "region,invited,reached,refused,complete\nnorth,200,120,40,60\nsouth,100,80,30,40\n"


@pytest.fixture
def rates(tiny_project):
    """The response table of a project with this file of dispositions."""

    def of(text):
        return response(load_study("shop", root=tiny_project(more={"data/shop/dispositions/2026Q3.csv": text})))

    return of


def figures(table, segment):
    part = table[table["segment"] == segment]
    return dict(zip(part["metric"], part["estimate"], strict=True))


def test_rates_are_shares_of_the_addresses_in_total_and_by_segment(rates):
    table = rates(REGIONS)
    assert figures(table, "total") == {
        "invited": 300,
        "reached": 200,
        "complete": 100,
        "refused": 70,
        "contact_rate": 200 / 300,
        "cooperation_rate": 100 / 200,
        "response_rate": 100 / 300,
    }
    assert (figures(table, "north")["response_rate"], figures(table, "south")["cooperation_rate"]) == (0.3, 0.5)
    assert set(table.loc[table["by"] == "region", "segment"]) == {"north", "south"}
    named = table[table["metric"] == "response_rate"].iloc[0]
    assert (named["n"], named["source"]) == (300, "AAPOR RR1: complete / invited")


def test_a_file_without_segments_has_a_total_alone(rates):
    table = rates("invited,reached,refused,complete\n200,120,40,60\n")
    assert set(table["segment"]) == {"total"}
    assert figures(table, "total")["contact_rate"] == 0.6


def test_nobody_reached_leaves_a_rate_open(rates):
    assert rates("invited,reached,refused,complete\n200,0,0,0\n").set_index("metric")["estimate"].isna().sum() == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("reached", "reacht", "2026Q3.csv: no column 'reached'. Did you mean 'reacht'?"),
        ("80,", "-80,", "2026Q3.csv: row 3, column reached: expected a count, got '-80'."),
        ("80,", "many,", "2026Q3.csv: row 3, column reached: expected a count, got 'many'."),
        ("80,", "80.5,", "2026Q3.csv: row 3, column reached: expected a count, got '80.5'."),
        ("80,", "101,", "2026Q3.csv: row 3: reached (101) exceed invited (100)."),
        ("40\n", "60\n", "2026Q3.csv: row 3: complete and refused together (90) exceed reached (80)."),
    ],
)
def test_counts_that_cannot_be_are_refused_with_their_row(rates, old, new, told):
    north, south = REGIONS.split("\nsouth")
    text = REGIONS.replace(old, new) if old == "reached" else north + "\nsouth" + south.replace(old, new)
    with pytest.raises(DataError) as refused:
        rates(text)
    assert str(refused.value) == told


def test_the_simulated_company_counts_its_interviews(tmp_path, root):
    (tmp_path / "params").symlink_to(root / "params")
    company(tmp_path, periods=["2026Q3"])
    study = load_study("demo", "2026Q3", root=tmp_path)
    table = response(study)
    origin = load_survey(study).origin
    assert origin is not None
    assert figures(table, "total")["complete"] == origin.rows
    assert set(table["by"]) == {"", "region"}
