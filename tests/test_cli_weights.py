"""csat weights: what it prints, what it writes, and its exit codes."""

import shutil

import openpyxl
import pytest
import yaml

from csat_lib import cli
from csat_lib.simulate import company

LEVELS = {
    "index": ["quality", "value", "satisfaction", "shopping", "complaints_and_loyalty"],
    "service": ["staff_advice", "checkout_speed", "web_shop"],
}


@pytest.fixture(scope="module")
def made(root, tmp_path_factory):
    """The demonstration with its last two quarters."""
    place = tmp_path_factory.mktemp("weights")
    shutil.copytree(root / "params", place / "params")
    company(place, periods=("2026Q2", "2026Q3"))
    return place


@pytest.fixture
def project(made, tmp_path):
    """A copy that a command may change; the data are shared."""
    shutil.copytree(made / "params", tmp_path / "params")
    (tmp_path / "data").symlink_to(made / "data")
    return tmp_path


@pytest.fixture
def csat(project, capsys, monkeypatch):
    """Run a command in the project; exit code, output and errors."""
    monkeypatch.chdir(project)
    monkeypatch.delenv("CSAT_DEBUG", raising=False)

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(project), "weights", *words])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_weights_lists_the_sets_with_author_date_method_lock_and_hash(csat):
    code, out, _ = csat("demo")
    lines = out.splitlines()
    assert code == 0
    assert lines[2].split() == [
        "charter2022",
        "Customer",
        "board",
        "2022-09-15",
        "direct",
        "2022Q4",
        "...",
        "2026Q2",
        "(18)",
        lines[2].split()[-1],
    ]
    assert lines[3].split()[:6] == ["*", "panel2026", "Customer", "board", "2026-07-06", "ahp"]
    assert lines[4].startswith("* in use in 2026Q3.")
    assert csat("list", "demo") == (0, out, "")


def test_the_template_has_a_sheet_for_every_parent_to_judge(csat, project):
    code, out, _ = csat("template", "demo", "--file", "experts.xlsx", "--expert", "Li")
    assert (code, out) == (0, "experts.xlsx\n")
    book = openpyxl.load_workbook(project / "experts.xlsx")
    sheets = {sheet["B1"].value: sheet for sheet in book.worksheets}
    for parent, children in LEVELS.items():
        assert [sheets[parent].cell(7, 3 + place).value for place in range(len(children))] == children
    assert "experienced quality" not in sheets
    assert csat("template", "demo", "--file", "experts.xlsx")[0] == 2


def test_compare_shows_every_node_every_period_and_the_ranks(csat):
    code, out, _ = csat("compare", "demo", "charter2022", "panel2026")
    assert code == 0
    assert "quality                             0.2000     0.1606     -0.0394" in out
    lines = {line.split()[0]: line.split() for line in out.splitlines() if line}
    for period in ("2026Q2", "2026Q3"):
        first, second, _, difference = map(float, lines[period][1:])
        assert difference == pytest.approx(second - first, abs=0.011)  # both are printed to two places
    assert {"north", "east", "south", "west"} <= set(lines)
    assert "Spearman" in out


def test_compare_with_equal_names_equal_once(csat):
    code, out, _ = csat("compare", "demo", "panel2026", "equal")
    heads = next(line.split() for line in out.splitlines() if line.startswith("Index "))
    assert (code, heads) == (0, ["Index", "panel2026", "equal", "difference"])


def test_make_writes_a_set_from_judgements(csat, project):
    folder = project / "params" / "demo" / "weights"
    words = (
        "--from",
        str(folder / "panel2026_research.yaml"),
        "--author",
        "A. Chen",
        "--reason",
        "Research alone.",
        "--date",
        "2026-10-01",
    )
    code, out, _ = csat("make", "demo", "research", *words)
    assert code == 0
    assert out.startswith("params/demo/weights/research.yaml  ")
    assert "csat weights use demo research" in out
    found = yaml.safe_load((folder / "research.yaml").read_text(encoding="utf-8"))
    assert found["judgements"] == ["panel2026_research.yaml"]
    assert sum(found["weights"][child] for child in LEVELS["index"]) == pytest.approx(1, abs=1e-9)
    assert "research" in csat("demo")[1]


def test_make_refuses_inconsistent_judgements_by_what_to_revisit(csat, project):
    file = project / "params" / "demo" / "weights" / "panel2026_research.yaml"
    text = file.read_text(encoding="utf-8").replace("staff_advice / web_shop: 1,", "staff_advice / web_shop: 9,")
    (project / "hasty.yaml").write_text(text, encoding="utf-8")
    code, _, err = csat("make", "demo", "hasty", "--from", "hasty.yaml", "--author", "A", "--reason", "B")
    assert code == 3
    assert "service" in err
    assert not (project / "params" / "demo" / "weights" / "hasty.yaml").exists()


def test_use_switches_and_says_what_it_changes(csat, project):
    code, out, _ = csat("use", "demo", "equal")
    assert code == 0
    assert "params/demo/study.yaml: weight_set: equal (was panel2026)" in out
    assert "Scored with it: 2026Q3, 2026-09." in out
    text = (project / "params" / "demo" / "study.yaml").read_text(encoding="utf-8")
    assert "weight_set: equal   # since 2026Q3; earlier quarters are locked to charter2022" in text
    assert "* equal" in csat("demo")[1]


def test_use_refuses_a_locked_wave(csat, project):
    before = (project / "params" / "demo" / "2026Q2.yaml").read_bytes()
    code, _, err = csat("use", "demo", "equal", "--period", "2026Q2")
    assert code == 2
    assert "published with the weights charter2022 and is locked" in err
    assert (project / "params" / "demo" / "2026Q2.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "demo", "panel2025", "equal"), "Did you mean 'panel2026'?"),
        (("use", "demo", "panel2025"), "Did you mean 'panel2026'?"),
        (("comapre", "demo", "a", "b"), "Did you mean 'compare'?"),
        (("dmo",), "Did you mean 'demo'?"),
        (("sfo",), "sfo has no indicator system"),
        (("make", "demo", "x", "--author", "A", "--reason", "B"), "--from"),
        (("make", "demo", "equal", "--from", "x.yaml", "--author", "A", "--reason", "B"), "is kept for"),
        (("make", "demo", "x", "--from", "nothing.yaml", "--author", "A", "--reason", "B"), "no such file of judgements"),
    ],
)
def test_mistakes_are_named_with_code_2(csat, words, said):
    code, _, err = csat(*words)
    assert code == 2
    assert said in err


def test_lock_adds_periods_and_leaves_every_other_line(csat, project):
    file = project / "params" / "demo" / "weights" / "panel2026.yaml"
    before = file.read_text(encoding="utf-8")
    code, out, _ = csat("lock", "demo", "panel2026", "2026Q3")
    assert (code, out) == (0, "params/demo/weights/panel2026.yaml: locked for 2026Q3\n")
    assert file.read_text(encoding="utf-8") == before.replace("locked: []", "locked: [2026Q3]")
    code, _, err = csat("use", "demo", "equal", "--period", "2026Q3")
    assert (code, "2026Q3 was published with the weights panel2026 and is locked" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("panel2026", "2026Q2"), "demo 2026Q2 is locked for charter2022, not panel2026."),
        (("charter2022", "2026Q3"), "demo 2026Q3 is scored with panel2026, not charter2022. Put charter2022 to use first"),
        (("panel2026", "2026Q9"), "2026Q9"),
        (("panel2025", "2026Q3"), "Did you mean 'panel2026'?"),
        (("equal", "2026Q3"), "'equal' is no file, so it cannot be locked"),
        (("panel2026",), "Missing argument 'PERIOD...'"),
    ],
)
def test_only_what_is_scored_with_a_set_can_be_locked_for_it(csat, project, words, said):
    folder = project / "params" / "demo" / "weights"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    code, _, err = csat("lock", "demo", *words)
    assert code == 2
    assert said in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_the_list_names_a_set_that_no_longer_fits_and_what_is_wrong(csat, project):
    file = project / "params" / "demo" / "weights" / "charter2022.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("  parking: 0.4\n", ""), encoding="utf-8")
    code, out, _ = csat("demo")
    assert code == 0
    assert "! charter2022" in out
    assert "* panel2026" in out
    assert "! weights/charter2022.yaml: weights: premises: no weight for parking." in out
    assert csat("compare", "demo", "panel2026", "equal")[0] == 0
    code, _, err = csat("compare", "demo", "charter2022", "equal")
    assert (code, "no weight for parking" in err) == (2, True)
