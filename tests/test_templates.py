"""The trades to start from: each is a study that loads, whole, in both languages, with weights that sum to one."""

from __future__ import annotations

import shutil
from decimal import Decimal

import pytest

from csat_lib import cli
from csat_lib.errors import ParamsError
from csat_lib.study import load_study, read_yaml
from csat_lib.survey.templates import start_from_template, template_names

TRADES = ["construction", "dealer", "generic", "hotel", "property", "restaurant", "retail"]


@pytest.fixture
def project(tmp_path, root):
    for folder in ("params/models", "params/templates"):
        shutil.copytree(root / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture(params=TRADES)
def study(request, project):
    start_from_template("mine", request.param, "2026Q3", root=project)
    return load_study("mine", "2026Q3", root=project)


def labels(node, path=""):
    """Every label, wording or title of a YAML tree with its place."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in {"label", "wording", "title", "owner"} or (path.endswith("/labels") and isinstance(value, dict)):
            yield f"{path}/{key}", value
        else:
            yield from labels(value, f"{path}/{key}")


def nodes(children, level=2):
    for name, node in children.items():
        yield level, name, node
        yield from nodes(node.get("children", {}), level + 1)


def test_the_templates_are_those_that_the_command_names(root):
    assert template_names(root) == TRADES


def test_a_template_makes_a_study_whose_items_cover_the_model(study):
    assert study.structure is not None
    assert set(study.structure.items) <= set(study.codebook.items)
    assert study.parameters.model == ("ccsi" if {"image_overall"} <= set(study.codebook.items) else "acsi")
    for item in study.structure.items:
        found = study.codebook.items[item]
        assert (found.low, found.high) == ((0, 1) if item == "complained" else (1, 10))
    assert 8 <= len(study.grades) - 1 <= 12
    assert all(len(study.codebook.items[name].labels) == 5 for name in study.grades)
    assert {"index", "satisfaction_rate", "complaint_rate"} <= set(study.parameters.targets)
    assert study.drivers.outcome == "satisfaction_overall"


def test_every_label_of_a_template_has_both_languages(study):
    for path in study.paths.params.glob("*.yaml"):
        for place, label in labels(read_yaml(path)):
            assert isinstance(label, dict), f"{path.name}{place}"
            assert set(label) == {"en", "zh"}, f"{path.name}{place}"
            assert all(label.values()), f"{path.name}{place}"
            assert label["en"].isascii(), f"{path.name}{place}"
            assert any("\u3400" <= each <= "\u9fff" for each in label["zh"]), f"{path.name}{place}"


def test_the_indicators_have_four_levels_and_their_weights_sum_to_one(study):
    tree = read_yaml(study.paths.params / "indicators.yaml")
    top = tree["index"]
    below = list(nodes(top["children"]))
    parents = [top, *(node for _, _, node in below if "children" in node)]
    for parent in parents:
        assert sum(Decimal(str(node["weight"])) for node in parent["children"].values()) == 1, parent["label"]
    leaves = [(level, node["item"]) for level, _, node in below if "children" not in node]
    assert {level for level, _ in leaves} == {4}
    items = [item for _, item in leaves]
    assert len(items) == len(set(items))
    assert set(items) <= set(study.codebook.items)
    assert set(study.grades) - {"grade_overall"} <= set(items)
    for level, _, node in below:
        if level == 3:
            assert node["controllable"] in {"yes", "no"}
            assert node["comparable"] in {"yes", "no"}


def test_complaints_have_categories(study):
    categories = read_yaml(study.paths.params / "complaints.yaml")["categories"]
    assert len(categories) >= 6
    assert "other" in categories


def test_an_unknown_trade_is_answered_with_the_nearest(project):
    with pytest.raises(ParamsError, match="Did you mean 'hotel'"):
        start_from_template("mine", "hotels", "2026Q3", root=project)
    assert not (project / "params" / "mine").exists()


def test_the_command_says_what_it_wrote_and_where_the_answers_go(project, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(project), "init", "mine", "--template", "hotel", "--period", "2026-09"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert "params/mine/2026-09.yaml" in told
    assert "data/mine/customers/2026-09.csv" in told


@pytest.mark.parametrize("words", [[], ["--template", "hotel", "--from", "x.csv"]])
def test_exactly_one_source_is_needed(project, words):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(project), "init", "mine", *words])
    assert ended.value.code == 2
