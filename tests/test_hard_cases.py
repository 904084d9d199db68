"""The notebooks themselves on a survey that cannot carry a model: what can be said is published, the rest says why not."""

import csv
import re
import shutil

import pytest

from csat_lib.report import run
from csat_lib.simulate import company


@pytest.fixture(scope="module")
def hard(root, tmp_path_factory):
    """A quarter of the simulated company with a constant item and a region of three people."""
    place = tmp_path_factory.mktemp("hard")
    shutil.copytree(root / "notebooks", place / "notebooks")
    shutil.copytree(root / "params" / "models", place / "params" / "models")
    study = place / "params" / "hard"
    study.mkdir()
    settings = (root / "params" / "demo" / "study.yaml").read_text(encoding="utf-8")
    (study / "study.yaml").write_text(re.sub(r"(?s)\n(?:data|events):\n.*?\n(?=\n|\Z)", "\n", settings), encoding="utf-8")
    (study / "codebook.yaml").symlink_to(root / "params" / "demo" / "codebook.yaml")
    (study / "2026Q3.yaml").write_text("period: 2026Q3\n", encoding="utf-8")
    answers = next(path for path in company(place, periods=("2026Q3",)) if path.parent.name == "customers")
    with answers.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    west = [row for row in rows if row["region"] == "west"]
    for row in rows:
        row["quality_fit"] = "7"
    for row in west[3:]:
        row["region"] = "east"
    target = place / "data" / "hard" / "customers" / "2026Q3.csv"
    target.parent.mkdir(parents=True)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return place


@pytest.fixture(scope="module")
def pages(hard):
    reports = run("hard", root=hard, only=["20_satisfaction_index", "quarterly_report"])
    folder = hard / "output" / "hard" / "2026Q3"
    return reports, {path.name.split(".")[0]: path.read_text(encoding="utf-8") for path in folder.glob("*.en.html")}, folder


def test_a_constant_item_withholds_the_model_and_nothing_else(pages):
    reports, html, folder = pages
    assert [each.status for each in reports] == ["withheld", "withheld"]
    assert "'quality_fit': all" in reports[0].error
    assert all("Withheld" in page and "quality_fit" in page for page in html.values())
    assert (folder / "tables" / "priorities.csv").is_file()
    assert (folder / "tables" / "items.csv").is_file()
    assert not (folder / "tables" / "paths.csv").exists()


def test_no_traceback_reaches_a_page(pages):
    for page in pages[1].values():
        assert "Traceback" not in page
        assert "NameError" not in page


def test_a_group_of_three_is_published_nowhere(hard):
    from csat_lib.index import item_scores
    from csat_lib.report import open_page
    from csat_lib.report.tables import table
    from csat_lib.study import load_study
    from csat_lib.survey import load_survey

    study = load_study("hard", root=hard)
    survey = load_survey(study)
    scores = item_scores(survey, ["satisfaction_overall"], by="region")
    assert scores.set_index("segment").loc["west", "n"] <= 3
    shown = table(open_page(study), scores, name="regions", caption="By region", by="region")
    small = scores.set_index("segment").loc["west", "estimate"]
    assert "n &lt; 10" in shown.html
    assert str(small) not in shown.csv
    assert f"{small:.1f}" not in shown.html
