"""The register of actions: what is refused by name, what is overdue on which day, edits that keep the file, proposals."""

from __future__ import annotations

import datetime as dt
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from csat_lib.cli import cli
from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.improvement import actions_from, add_action, close_action, listed, load_actions, overdue
from csat_lib.improvement.proposals import propose
from csat_lib.study import load_study

GOOD = {
    "id": "A-1",
    "opened": "2026-01-10",
    "answers": {"item": "parking"},
    "measure": "More places",
    "owner": "Li",
    "due": "2026-06-30",
    "expected": 5,
    "segment": {"region": "west"},
}


@pytest.fixture(scope="module")
def demo(root):
    return load_study("demo", "2026Q3", root=root)


@pytest.fixture
def project(root, tmp_path):
    for name in ("models", "demo"):
        shutil.copytree(root / "params" / name, tmp_path / "params" / name)
    return load_study("demo", "2026Q3", root=tmp_path)


def test_a_good_record_is_read_and_its_item_verifies_it(demo):
    (found,) = actions_from([GOOD], demo)
    assert (found.kind, found.name, found.metric, found.segment) == ("item", "parking", "parking", {"region": ("west",)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"owner": None}, r"actions.yaml: A-1: owner: expected"),
        ({"owner": " "}, "A-1: owner: it is empty"),
        ({"due": "soon"}, "A-1: due: expected a date"),
        ({"due": "2025-12-31"}, "due 2025-12-31 lies before opened 2026-01-10"),
        ({"ownr": "Li"}, "unknown key 'ownr'. Did you mean 'owner'"),
        ({"status": "done"}, "status done needs closed: DATE"),
        ({"closed": "2026-02-01"}, "closed 2026-02-01, but the status is open"),
        ({"expected": 0}, "0 points is no effect"),
        ({"verified_by": "parkng"}, "no item or construct 'parkng'. Did you mean 'parking'"),
        ({"segment": {"regoin": ["west"]}}, "no segment 'regoin' in the codebook. Did you mean 'region'"),
        ({"segment": {"region": ["wset"]}}, "region: no code 'wset'. Did you mean 'west'"),
        ({"segment": {}, "control": {"region": ["west"]}}, "control: without segment"),
        ({"answers": {"item": "parking", "theme": "cars"}}, "name one thing"),
        ({"answers": {}}, "name one thing"),
        ({"answers": {"itme": "parking"}}, "itme"),
    ],
)
def test_a_mistake_is_named_with_the_action(demo, change, said):
    with pytest.raises(ParamsError, match=said):
        actions_from([{**GOOD, **change}], demo)


@pytest.mark.parametrize("key", ["owner", "due", "measure", "opened"])
def test_an_action_without_what_it_needs_is_refused_by_name(demo, key):
    with pytest.raises(ParamsError, match=f"A-1: the key '{key}' is missing"):
        actions_from([{name: value for name, value in GOOD.items() if name != key}], demo)


def test_every_mistake_of_the_file_is_listed_at_once(demo):
    with pytest.raises(ParamsError) as caught:
        actions_from([{**GOOD, "owner": ""}, {**GOOD, "id": "A-2", "due": "x"}, GOOD, GOOD], demo)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "the id 'A-1' stands 2 times" in lines[-1]


def test_an_action_is_overdue_from_the_day_after_its_due_date_until_it_is_closed(demo):
    (found,) = actions_from([{**GOOD, "status": "done", "closed": "2026-08-01"}], demo)
    days = {
        day: len(overdue([found], as_of=dt.date.fromisoformat(day))) for day in ("2026-06-30", "2026-07-01", "2026-07-31", "2026-08-01")
    }
    assert days == {"2026-06-30": 0, "2026-07-01": 1, "2026-07-31": 1, "2026-08-01": 0}
    assert listed([found], as_of=dt.date(2026, 1, 9)).empty  # it was not opened yet


def test_the_demo_has_one_overdue_action(demo):
    found = overdue(load_actions(demo), as_of=demo.period.end)
    assert found[["id", "days_late", "owner"]].to_numpy().tolist() == [["A-2026-03", 46, "Facility manager"]]


def test_a_study_without_a_register_says_how_to_make_one(root):
    with pytest.raises(NotInStudyError, match="csat actions add sfo"):
        load_actions(load_study("sfo", root=root))


def test_adding_keeps_every_line_and_comment(project):
    path = project.paths.params / "actions.yaml"
    before = path.read_text(encoding="utf-8")
    add_action(project, {**GOOD, "opened": dt.date(2026, 1, 10), "cause": ""})
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before)
    assert "cause" not in after[len(before) :]
    assert load_actions(project)[-1].owner.say("en") == "Li"


def test_closing_changes_only_status_date_and_evidence(project):
    path = project.paths.params / "actions.yaml"
    before = path.read_text(encoding="utf-8").splitlines()
    close_action(project, "A-2026-03", closed=dt.date(2026, 10, 5), evidence="Contract: signed #4")
    after = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in before if line not in after] == ["  status: in progress"]
    assert sorted(set(after) - set(before)) == ["  closed: 2026-10-05", "  evidence: 'Contract: signed #4'"]
    action = {each.id: each for each in load_actions(project)}["A-2026-03"]
    assert (action.status, action.closed, action.evidence.say("en")) == ("done", dt.date(2026, 10, 5), "Contract: signed #4")
    assert len(after) == len(before) + 2
    with pytest.raises(ParamsError, match="A-2026-03 is done since 2026-10-05"):
        close_action(project, "A-2026-03", closed=dt.date(2026, 10, 6))


def test_what_is_not_valid_is_not_written(project):
    path = project.paths.params / "actions.yaml"
    before = path.read_bytes()
    for record in ({**GOOD, "owner": ""}, {**GOOD, "id": "A-2026-03"}):
        with pytest.raises(ParamsError):
            add_action(project, record)
    with pytest.raises(ParamsError, match="Did you mean 'A-2026-03'"):
        close_action(project, "A-2026-3", closed=dt.date(2026, 10, 5))
    with pytest.raises(ParamsError, match="lies before opened"):
        close_action(project, "A-2026-03", closed=dt.date(2020, 1, 1))
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob(".actions*")] == []


def test_a_register_in_one_line_is_not_edited_but_refused(project):
    path = project.paths.params / "actions.yaml"
    path.write_text("[{id: A-1, opened: 2026-01-10, answers: {item: parking}, measure: M, owner: O, due: 2026-06-30}]\n", encoding="utf-8")
    with pytest.raises(ParamsError, match="Edit the file yourself"):
        close_action(project, "A-1", closed=dt.date(2026, 6, 1))


def test_every_dissatisfied_item_missed_target_and_product_is_proposed_and_what_is_answered_says_so(demo):
    running = actions_from([GOOD], demo)
    found = propose(
        period="2026Q3",
        as_of=dt.date(2026, 9, 30),
        dissatisfied=pd.DataFrame(
            {"segment": ["all", "all", "x"], "item": ["parking", "freshness", "freshness"], "estimate": [14, 2, 9], "n": 9}
        ),
        misses=pd.DataFrame({"metric": ["index"], "gap": [1.5], "owner": ["Board"]}),
        products=pd.DataFrame({"product": ["toys"], "estimate": [6.0], "n": [70]}),
        actions=running,
    )
    assert found[["kind", "name", "verdict"]].to_numpy().tolist() == [
        ["target", "index", "new"],
        ["item", "parking", "answered by A-1"],
        ["item", "freshness", "new"],
        ["product", "toys", "new"],
    ]
    assert found["id"].tolist() == [f"P-2026Q3-0{k}" for k in range(1, 5)]
    assert set(found["due"]) == {"2026-12-29"}
    with pytest.raises(ParamsError, match="needs the column 'gap'"):
        propose(period="p", as_of=dt.date(2026, 9, 30), misses=pd.DataFrame({"metric": ["index"]}))


def run(project, *words):
    return CliRunner().invoke(cli, ["--root", str(project.paths.root), "actions", *words])


def test_the_command_lists_adds_and_closes(project):
    shown = run(project, "demo", "--on", "2026-09-30")
    assert shown.exit_code == 0
    assert "A-2026-03  item parking" in shown.output.splitlines()[1]  # the overdue one first
    assert "5 actions, 1 overdue on 2026-09-30." in shown.output
    words = [
        "--id",
        "B-1",
        "--answers",
        "item=freshness",
        "--measure",
        "Colder",
        "--owner",
        "Wu",
        "--due",
        "2027-01-31",
        "--opened",
        "2026-10-01",
    ]
    added = run(project, "add", "demo", *words, "--expected", "2", "--segment", "region=south,west")
    assert added.output.strip() == "params/demo/actions.yaml: B-1 added, due 2027-01-31"
    assert load_actions(project)[-1].segment == {"region": ("south", "west")}
    closed = run(project, "close", "demo", "B-1", "--on", "2027-01-15", "--as", "dropped")
    assert closed.output.strip() == "params/demo/actions.yaml: B-1 dropped on 2027-01-15"
    assert isinstance(run(project, "add", "demo", *words, "--segment", "south").exception, ParamsError)
