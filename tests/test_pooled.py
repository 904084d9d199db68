"""Years out of quarters and months out of quarters: nothing lost, weights kept, and said."""

import numpy as np
import pytest
from conftest import PERIOD, answers

from csat_lib.errors import DataError
from csat_lib.report import briefing, manifest, open_page
from csat_lib.study import load_study
from csat_lib.survey import has_survey, load_history, load_survey, parts_of

QUARTERS = {"2026Q1": (60, 5), "2026Q2": (90, 6)}


@pytest.fixture
def project(tiny_project):
    more = {"params/shop/2026.yaml": "period: 2026\n", "params/shop/2026-09.yaml": "period: 2026-09\n"}
    more |= {f"params/shop/{name}.yaml": f"period: {name}\n" for name in QUARTERS}
    more |= {"params/shop/2026-08.yaml": "period: 2026-08\n", "params/shop/2026H1.yaml": "period: 2026H1\n"}
    more |= {f"data/shop/customers/{name}.csv": answers(rows, seed) for name, (rows, seed) in QUARTERS.items()}
    return tiny_project(more=more)


def test_a_year_is_its_quarters_row_for_row_with_their_weights(project):
    year = load_survey(load_study("shop", 2026, root=project))
    parts = [load_survey(load_study("shop", name, root=project)) for name in ("2026Q1", "2026Q2", "2026Q3")]
    assert len(year) == sum(map(len, parts)) == 60 + 90 + 80
    whole = np.concatenate([part.responses["quality_overall"] for part in parts])
    np.testing.assert_array_equal(year.responses["quality_overall"], whole)
    np.testing.assert_allclose(year.weight_values, np.concatenate([part.weight_values for part in parts]), rtol=1e-12)
    assert year.responses.index.is_unique
    assert str(year.period) == "2026"


def test_the_moments_of_a_year_are_those_of_its_quarters_together(project):
    items = ["quality_overall", "value_price"]
    year = load_survey(load_study("shop", 2026, root=project)).moments(items)
    first, *rest = (load_survey(load_study("shop", name, root=project)).moments(items) for name in ("2026Q1", "2026Q2", "2026Q3"))
    together = first + rest[0] + rest[1]
    np.testing.assert_allclose(year.mean, together.mean, rtol=1e-12)
    np.testing.assert_allclose(year.covariance, together.covariance, rtol=1e-12)
    assert year.n == together.n


def test_a_half_year_takes_its_own_quarters_only(project):
    half = load_study("shop", "2026H1", root=project)
    assert [each.period.name for each in parts_of(half)] == ["2026Q1", "2026Q2"]
    assert len(load_survey(half)) == 150


def test_who_answered_in_several_quarters_is_one_cluster(project):
    year = load_survey(load_study("shop", 2026, root=project))
    strata, cluster = year.design()
    assert strata is None
    assert len(set(cluster)) == 90  # R1 to R90: the longest of the three lists of respondents
    told = year.findings.table.set_index("rule")["detail"]
    assert "2026Q1 (60), 2026Q2 (90), 2026Q3 (80)" in told["pooled"]
    assert "80 respondents answered more than once" in told["pooled_respondents"]


def test_ids_that_number_questionnaires_make_nobody_answer_twice(project):
    for name in ("2026Q1", "2026Q2", "2026Q3"):
        path = project / f"data/shop/customers/{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([lines[0], *(line.removeprefix("R") for line in lines[1:])]) + "\n", encoding="utf-8")
    year = load_survey(load_study("shop", 2026, root=project))
    assert year.design() == (None, None)
    assert "pooled_respondents" not in set(year.findings.table["rule"])


def test_clusters_widen_the_interval_of_a_year_whose_respondents_repeat_themselves(project, tiny_project):
    same = answers(80, 1)
    again = tiny_project(more={f"data/shop/customers/{name}.csv": same for name in QUARTERS})
    from csat_lib.index import item_scores

    year = load_survey(load_study("shop", 2026, root=again))
    quarter = load_survey(load_study("shop", "2026Q3", root=again))
    own, pooled = (item_scores(each, ["quality_overall"])["std_error"].iloc[0] for each in (quarter, year))
    assert pooled == pytest.approx(own, rel=1e-9)  # three copies of one sample know no more than one


def test_a_month_takes_the_interviews_of_its_quarter_that_fall_into_it(project):
    study = load_study("shop", "2026-09", root=project)
    month = load_survey(study)
    assert len(month) == 80
    assert "Interviews of this month in 2026Q3 (80)" in month.findings.table["detail"].iloc[0]
    with pytest.raises(DataError, match="2026-08: nobody of 2026Q3 was interviewed in that month"):
        load_survey(load_study("shop", "2026-08", root=project))


def test_a_year_that_lacks_a_quarter_says_which_days_it_lacks(project):
    year = load_survey(load_study("shop", 2026, root=project))
    told = year.findings.table.set_index("rule").loc["pooled_gap"]
    assert told["severity"] == "warning"
    assert "No answers of 2026-10-01 to 2026-12-31: 2026 is not whole" in told["detail"]
    page = open_page(load_study("shop", 2026, root=project))
    assert any("no answers of 2026-10-01 – 2026-12-31" in each for each in briefing.taken_from(page, year))
    assert "pooled_gap" not in set(load_survey(load_study("shop", "2026H1", root=project)).findings.table["rule"])
    (project / "data/shop/customers/2026Q2.csv").unlink()
    half = load_survey(load_study("shop", "2026H1", root=project)).findings.table.set_index("rule")
    assert "No answers of 2026-04-01 to 2026-06-30" in half.loc["pooled_gap", "detail"]


def test_an_earlier_month_without_interviews_leaves_the_later_ones_their_history(project):
    assert list(load_history(load_study("shop", "2026-09", root=project))) == ["2026-09"]


def test_interviews_without_a_readable_date_are_counted_and_in_no_month(project):
    path = project / "data/shop/customers/2026Q3.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[1].split(",")
    path.write_text("\n".join([lines[0], ",".join([cells[0], "9/3/2026", *cells[2:]]), *lines[2:]]) + "\n", encoding="utf-8")
    month = load_survey(load_study("shop", "2026-09", root=project))
    assert len(month) == 79
    assert any("2026Q3: 1 interviews have no readable date and are in no month" in each for each in month.findings.table["detail"])


def test_weights_in_one_quarter_only_leave_every_quarter_its_respondents(project):
    path = project / "data/shop/customers/2026Q1.csv"
    lines = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    weight = lines[0].index("weight")
    for number, cells in enumerate(lines[1:]):
        cells[weight] = str(500 * (1 + number % 3))
    path.write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
    parts = [load_survey(load_study("shop", name, root=project)) for name in ("2026Q1", "2026Q2", "2026Q3")]
    year = load_survey(load_study("shop", 2026, root=project))
    means = [np.average(each.responses["value_price"].fillna(5), weights=each.weight_values) for each in parts]
    expected = np.average(means, weights=[len(each) for each in parts])
    assert np.average(year.responses["value_price"].fillna(5), weights=year.weight_values) == pytest.approx(expected)


def test_a_month_without_dates_is_refused(tiny_project):
    from conftest import CODEBOOK

    more = {"params/shop/2026-09.yaml": "period: 2026-09\n"}
    project = tiny_project(codebook=CODEBOOK.replace("  visited: {role: date}\n", "  visited: {role: ignore}\n"), more=more)
    with pytest.raises(DataError, match="which has no dates of interview"):
        load_survey(load_study("shop", "2026-09", root=project))


def test_a_period_with_a_file_of_its_own_is_never_pooled(project):
    (project / "data/shop/customers/2026.csv").write_text(answers(40, 9), encoding="utf-8")
    year = load_survey(load_study("shop", 2026, root=project))
    assert len(year) == 40
    assert "pooled" not in set(year.findings.table["rule"])


def test_the_latest_period_is_the_longest_of_those_that_end_last(tiny_project):
    more = {f"params/shop/{name}.yaml": f"period: {name}\n" for name in ("2026-09", "2026-06")}
    assert load_study("shop", root=tiny_project(more=more)).period.name == "2026Q3"


def test_the_history_of_a_year_holds_years_with_data_only(project):
    (project / "params/shop/2025.yaml").write_text("period: 2025\n", encoding="utf-8")
    assert not has_survey(load_study("shop", 2025, root=project))
    assert list(load_history(load_study("shop", 2026, root=project))) == ["2026"]
    assert PERIOD.startswith("period: 2026Q3")


def test_the_manifest_of_a_year_seals_every_file_it_is_made_of(project):
    found = manifest.inputs(load_study("shop", 2026, root=project), [])
    assert {f"data/shop/customers/{name}.csv" for name in ("2026Q1", "2026Q2", "2026Q3")} <= set(found)
    assert {f"params/shop/{name}.yaml" for name in ("2026", "2026Q1", "2026Q2", "2026Q3")} <= set(found)
