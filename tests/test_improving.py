"""Improvement as a report shows it: the demonstration company's actions, customers, dealers and departments; what may not be published."""

from __future__ import annotations

import io
import re
import shutil

import pandas as pd
import pytest

from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.improvement import customer_book, write_customer_lists
from csat_lib.report import acting, charts, clientele, departments, open_page, rewards, tables
from csat_lib.report import improvement_sentences as said
from csat_lib.report.plan import check_registers
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_history

QUARTERS = ["2026Q2", "2026Q3"]


@pytest.fixture(scope="module")
def demo(root, tmp_path_factory):
    """The demonstration study with two quarters, and few draws."""
    project = tmp_path_factory.mktemp("improving")
    for name in ("models", "demo"):
        shutil.copytree(root / "params" / name, project / "params" / name)
    text = (project / "params" / "demo" / "study.yaml").read_text(encoding="utf-8")
    (project / "params" / "demo" / "study.yaml").write_text(text.replace("draws: 2000", "draws: 200"), encoding="utf-8")
    company(project, periods=QUARTERS)
    study = load_study("demo", "2026Q3", root=project)
    return study, load_history(study)


@pytest.fixture(scope="module")
def book(demo):
    return customer_book(*demo)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_sentence_of_the_notebook_is_said_in_both_languages(demo, book, language):
    study, history = demo
    page, survey = open_page(study, language), history["2026Q3"]
    late, running = acting.overdue(page, study), acting.running(page, study)
    checked = acting.named_verification(page, study, acting.verified(study, history))
    found = departments.internal(study)
    paid = rewards.earned(page, study)
    chain, assumed = rewards.revenue(page, study, survey)
    lines = [
        *said.overdue(page, late, running),
        *said.opened(page, acting.opened_now(page, study)),
        *said.verified(page, checked),
        *said.proposals(page, acting.proposals(study, survey, language=language)),
        *said.customers(page, book, clientele.classes(page, book)),
        *said.risks(page, book),
        *said.internal(page, study, found, departments.weakest(page, study, found)),
        *said.earned(page, paid, rewards.unit(page, study)),
        *said.worth(page, rewards.worth(page, study, "D01"), "D01", rewards.unit(page, study)),
        *said.revenue(page, chain, "x", assumed),
    ]
    assert len(lines) > 15
    assert all(len(line) > 10 and "nan" not in line for line in lines)
    chinese = [line for line in lines if re.search("[\u4e00-\u9fff]", line)]
    assert len(chinese) == (len(lines) if language == "zh" else 0)


def test_the_quarter_heads_with_the_overdue_action_and_verifies_the_last_one(demo):
    study, history = demo
    page = open_page(study)
    assert acting.overdue(page, study)["id"].tolist() == ["A-2026-03"]
    assert acting.opened_now(page, study)["id"].tolist() == ["A-2026-04"]
    found = acting.verified(study, history).table
    assert found.loc[found["verdict"] == "worked", "id"].tolist() == ["A-2026-02"]
    line = said.verified(page, acting.named_verification(page, study, acting.verified(study, history)))[0]
    assert line.startswith("A-2026-02, Faster tills in the south and west: it worked. Checkout speed moved by +12.4 points")


def test_a_period_knows_nothing_of_what_came_later(demo):
    study = load_study("demo", "2026Q2", root=demo[0].paths.root)
    page = open_page(study)
    assert "A-2026-04" not in acting.running(page, study)["id"].tolist()
    status = acting.running(page, study).set_index("id")["status"]
    assert status["A-2026-02"] == "in progress"  # it was closed in August


def test_customer_lists_name_customers_only_below_restricted(demo, book):
    study, _ = demo
    written = write_customer_lists(study, book)
    assert {path.parent for path in written} == {study.paths.root / "data" / "demo" / "restricted" / "2026Q3"}
    listed = pd.read_csv(written[0])
    assert listed["rank"].tolist() == list(range(1, len(listed) + 1))
    page, ids = open_page(study), set(book.customers["customer"])
    for table in (
        clientele.classes(page, book),
        clientele.key_customers(page, book),
        clientele.risks(page, book),
        clientele.due(page, book),
    ):
        assert not ids & set(table.astype(str).to_numpy().ravel())


def test_no_count_of_a_few_customers_can_be_worked_out(demo, book):
    study, _ = demo
    page = open_page(study)
    drawn = pd.read_csv(io.StringIO(charts.flow(page, clientele.flow(page, book), before="2026Q2", after="2026Q3").csv))
    assert drawn["n"].dropna().min() >= page.suppress_below
    whole = clientele.risks(page, book)
    shown = pd.read_csv(io.StringIO(tables.table(page, whole, name="risks", caption="x").csv))
    assert shown["n"].dropna().min() >= page.suppress_below
    totals = shown[shown["segment"] == "all"].set_index("metric")["n"]
    hidden = (shown["n"].isna() & (whole["n"] > 0) & (whole["segment"] != "all")).groupby(whole["metric"]).sum()
    assert hidden.any()
    assert not (hidden[totals.notna()] == 1).any()  # the total less the others would give it away


def test_the_charts_show_what_the_tables_hold(demo, book):
    study, history = demo
    page = open_page(study)
    found = departments.internal(study)
    matrix = charts.departments(page, departments.matrix(page, study, found))
    assert matrix.csv.count("\n") == len(found.cells) + 1
    steps = charts.staircase(page, rewards.steps(study, "D01", "sales_satisfaction"), what="Sales", dealer="D01", unit="u")
    assert "97.2" in steps.html
    assert "37" in steps.html  # the probability of the better tier, in per cent
    effects = charts.verified(page, acting.named_verification(page, study, acting.verified(study, history)))
    assert "A-2026-02" in effects.text


def test_logistics_and_it_serve_worst_as_planted(demo):
    found = departments.internal(demo[0])
    assert set(found.chain["department"][:2]) == {"logistics", "it"}


def test_studies_that_lack_a_part_say_so(root, tiny_project):
    study = load_study("shop", "2026Q3", root=tiny_project())
    history, page = load_history(study), open_page(study)
    calls = [
        lambda: acting.overdue(page, study),
        lambda: acting.verified(study, history),
        lambda: acting.proposals(study, history["2026Q3"]),
        lambda: customer_book(study, history),
        lambda: departments.internal(study),
        lambda: rewards.earned(page, study),
        lambda: rewards.revenue(page, study, history["2026Q3"]),
    ]
    for call in calls:
        with pytest.raises(NotInStudyError):
            call()
    check_registers(study)


def test_a_faulty_register_stops_the_batch_before_it_starts(tiny_project):
    more = {"params/shop/actions.yaml": "- {id: A, opened: 2026-01-01, answers: {item: quality_overall}, measure: M, due: 2026-02-01}\n"}
    study = load_study("shop", "2026Q3", root=tiny_project(more=more))
    with pytest.raises(ParamsError, match=r"params/shop/actions\.yaml: A: the key 'owner' is missing"):
        check_registers(study)


def test_customers_twice_reach_the_page_as_a_count_and_the_list_by_name(demo):
    study, history = demo
    path = study.paths.data("accounts")
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[1].split(",")
    try:
        path.write_text(text + ",".join([*first[:5], "999999", *first[6:]]) + "\n", encoding="utf-8")
        found = customer_book(study, history)
    finally:
        path.write_text(text, encoding="utf-8")
    assert set(found.accounts.aside["customer"]) == {first[0]}
    lines = said.customers(open_page(study), found, clientele.classes(open_page(study), found))
    assert "twice with different values, spending: fewer than 10" in lines[-1]
    assert first[0] not in " ".join(lines)


def test_a_dealer_who_stands_twice_is_refused(demo):
    study, _ = demo
    path = study.paths.data("dealers")
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
        with pytest.raises(DataError, match="the dealer 'D01' stands twice"):
            rewards.earned(open_page(study), study)
    finally:
        path.write_text(text, encoding="utf-8")
