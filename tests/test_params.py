"""Study and period become one Study: merging, periods, names, and every refusal with its file."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from conftest import CODEBOOK, PERIOD, STUDY

from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.study import find_root, load_study, resolved, study_names, write_period
from csat_lib.survey import load_survey


def refusal(*args, **options):
    with pytest.raises(ParamsError) as refused:
        load_study(*args, **options)
    return str(refused.value)


def test_a_study_knows_its_period_codebook_model_and_paths(tiny_project):
    project = tiny_project()
    study = load_study("shop", root=project)
    assert (study.name, study.period.name, study.title("zh"), study.title()) == ("shop", "2026Q3", "街角小店", "Corner Shop")
    assert study.codebook.items["quality_overall"].column == "Q1"
    assert study.structure is not None
    assert study.structure.outcome == "satisfaction"
    assert study.paths.data() == project / "data" / "shop" / "customers" / "2026Q3.csv"
    assert study.paths.output == project / "output" / "shop" / "2026Q3"
    assert [path.name for path in study.paths.parameters] == ["study.yaml", "codebook.yaml", "2026Q3.yaml"]
    assert (study.drivers.outcome, study.drivers.items) == ("satisfaction_overall", ("quality_overall", "value_price"))


def test_every_study_of_the_repository_can_be_loaded(root):
    names = study_names(root)
    assert {"demo", "acsi2015", "sfo"} <= set(names)
    for name in names:
        for period in load_study(name, root=root).periods:
            assert load_study(name, period.name, root=root).parameters.period == period.name


def test_the_period_is_laid_over_the_study(tiny_project):
    study = STUDY + "targets:\n  index: {label: Index, target: 70}\n  rate: {label: Rate, target: 90}\n"
    period = PERIOD + "bootstrap: {draws: 500}\nsegments: []\ntargets: {index: {target: 75}}\nlanguage: zh\n"
    told = tiny_project(study=study, period=period)
    with pytest.raises(ParamsError, match=r"params/shop/2026Q3\.yaml: targets: index: the key 'label' is missing"):
        load_study("shop", root=told)
    period = period.replace("{target: 75}", "{label: Index, target: 75}")
    parameters = load_study("shop", root=tiny_project(study=study, period=period)).parameters
    assert (parameters.bootstrap.draws, parameters.bootstrap.seed) == (500, 7)
    assert parameters.segments == ()
    assert {name: each.target for name, each in parameters.targets.items()} == {"index": 75.0, "rate": 90.0}
    assert parameters.language == "zh"


def test_without_a_period_the_latest_by_its_end_is_meant(tiny_project):
    special = "period: special-closing\nfieldwork: {start: 2026-06-28, end: 2026-07-02}\n"
    names = ("2025", "2026-06", "2026H1", "2026Q1")
    more = {f"params/shop/{name}.yaml": f"period: {name}\n" for name in names}
    project = tiny_project(more={**more, "params/shop/special-closing.yaml": special})
    study = load_study("shop", root=project)
    assert study.period.name == "2026Q3"
    assert [each.name for each in study.periods] == ["2025", "2026Q1", "2026H1", "2026-06", "special-closing", "2026Q3"]
    assert load_study("shop", "special-closing", root=project).period.end == dt.date(2026, 7, 2)


def test_a_year_may_be_a_whole_number(tiny_project):
    project = tiny_project(more={"params/shop/2025.yaml": "period: 2025\n"})
    assert load_study("shop", 2025, root=project).parameters.period == "2025"


def test_earlier_periods_are_of_the_same_kind(tiny_project):
    names = ("2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q4", "2025", "2026-05")
    project = tiny_project(more={f"params/shop/{name}.yaml": f"period: {name}\n" for name in names})
    study = load_study("shop", "2026Q3", root=project)
    assert [each.name for each in study.earlier(3)] == ["2026Q1", "2026Q2", "2026Q3"]
    assert [each.name for each in study.earlier(9)] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2", "2026Q3"]


def test_an_unknown_study_or_period_is_told_the_nearest(tiny_project):
    project = tiny_project(more={"params/store/study.yaml": "title: Store\n"})
    assert refusal("shpo", root=project) == "No study 'shpo' under params/. Did you mean 'shop'?"
    assert "shop has no period '2026Q4'. Did you mean '2026Q3'? A new one: csat new shop 2026Q4" in refusal("shop", "2026Q4", root=project)
    assert "Did you mean '2026Q3'? Expected" in refusal("shop", "2026q3", root=project)
    assert "store has no period yet. Make one: csat new store" in refusal("store", root=project)
    assert "has no period 'special-x'" in refusal("shop", "special-x", root=project)


@pytest.mark.parametrize(
    "name", ["../shop", "shop/..", "/etc", "", ".", "CON", "con", "lpt1", "models", "templates", "a b", "x" * 61, 7, None]
)
def test_a_name_that_cannot_be_a_folder_everywhere_is_no_study(tiny_project, name):
    assert "cannot be a study's name" in refusal(name, root=tiny_project())


@pytest.mark.parametrize("period", ["../../x", "CON", "x" * 10_000, True, 2026.0, "2026Q3/../2026Q3"])
def test_a_name_that_is_no_period_never_becomes_a_path(tiny_project, period):
    told = refusal("shop", period, root=tiny_project())
    assert "is not a period" in told
    assert len(told) < 300


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("period: 2026Q2\n", "params/shop/2026Q3.yaml: period: expected '2026Q3' as in the file's name, got '2026Q2'."),
        ("bootstrap: {draws: 200}\n", "params/shop/2026Q3.yaml: period: expected '2026Q3' as in the file's name, got ''."),
        (PERIOD + "compare_to: 2026Q2\n", "2026Q3.yaml: compare_to: no period '2026Q2'. Did you mean '2026Q3'?"),
        (
            "period: 2026Q3\nfieldwork: {start: 2026-09-20, end: 2026-09-01}\n",
            "params/shop/2026Q3.yaml: fieldwork: it ends (2026-09-01) before it starts (2026-09-20).",
        ),
        (PERIOD + "bootstrap: {drwas: 2}\n", "params/shop/2026Q3.yaml: bootstrap: unknown key 'drwas'. Did you mean 'draws'?"),
        (PERIOD + "columns: {qualty_fit: Q2}\n", "params/shop/2026Q3.yaml: columns: no item or attribute 'qualty_fit' in the codebook."),
        (PERIOD + "columns: {quality_fit: Q1}\n", "params/shop/2026Q3.yaml: codebook: quality_overall and quality_fit both claim"),
    ],
)
def test_a_mistake_in_the_period_is_told_with_its_file(tiny_project, period, told):
    assert told in refusal("shop", root=tiny_project(period=period))


@pytest.mark.parametrize("line", ["period: 2026Q3", "fieldwork: {start: 2026-09-01, end: 2026-09-20}", "compare_to: 2026Q2"])
def test_what_belongs_to_one_period_is_refused_in_the_study(tiny_project, line):
    key = line.split(":")[0]
    told = refusal("shop", root=tiny_project(study=f"{STUDY}{line}\n"))
    assert told == f"study.yaml: {key} belongs in the period's file, such as 2026Q3.yaml."


@pytest.mark.parametrize(
    ("study", "told"),
    [
        ("language: en\n", "params/shop/study.yaml: the key 'title' is missing."),
        (STUDY + "langauge: en\n", "params/shop/study.yaml: unknown key 'langauge'. Did you mean 'language'?"),
        (
            STUDY + "class_weights: {attribute: regoin, weights: {north: 1}}\n",
            "study.yaml: class_weights: attribute: no segment 'regoin' in the codebook. Did you mean 'region'?",
        ),
        (STUDY.replace("region]", "regoin]"), "study.yaml: segments: no segment 'regoin' in the codebook. Did you mean 'region'?"),
        (STUDY.replace("region]", "weight]"), "study.yaml: segments: no segment 'weight' in the codebook. There are: region."),
        (
            STUDY.replace("value_price]", "value_prize]"),
            "study.yaml: drivers: no item 'value_prize' in the codebook. Did you mean 'value_price'?",
        ),
        (STUDY + "grades: [parking]\n", "study.yaml: grades: no item 'parking' in the codebook."),
        (
            STUDY + "levers: {value_prize: {cost: 1, ceiling: 5}}\n",
            "study.yaml: levers: no item 'value_prize' in the codebook. Did you mean 'value_price'?",
        ),
        (STUDY + "levers: {value_quality: {cost: 1, ceiling: 5}}\n", "study.yaml: levers: 'value_quality' is not one of the drivers."),
        (
            STUDY + "kano: {fit: {functional: quality_fit, dysfunctional: quality_fti}}\n",
            "study.yaml: kano: no item 'quality_fti' in the codebook. Did you mean 'quality_fit'?",
        ),
        (STUDY.replace("model: acsi", "model: asci"), "No model 'asci' in params/models. Did you mean 'acsi'?"),
        (
            STUDY + "constructs: {loyalti: [repurchase]}\n",
            "study.yaml: constructs: No construct 'loyalti' in the model. Did you mean 'loyalty'?",
        ),
        (STUDY + "constructs: {loyalty: []}\n", "study.yaml: constructs: constructs: loyalty has no items."),
        (STUDY + "pls: {mode: {qualty: B}}\n", "No construct 'qualty' in the model. Did you mean 'quality'?"),
        (
            STUDY.replace("model: acsi\n", "constructs: {loyalty: [repurchase]}\n"),
            "there is no model to give items to. Name one: model: acsi",
        ),
    ],
)
def test_a_mistake_in_the_study_is_told_with_its_file(tiny_project, study, told):
    assert told in refusal("shop", root=tiny_project(study=study))


@pytest.mark.parametrize(
    "pattern",
    [
        "../secret/{period}.csv",
        "a/../../b.csv",
        "/etc/passwd",
        "{study}.csv",
        "{0}.csv",
        "{period.x}.csv",
        "{period!r}.csv",
        "{period:>99999999}",
        "{",
    ],
)
def test_a_data_pattern_may_neither_leave_the_folder_nor_compute(tiny_project, pattern):
    told = refusal("shop", root=tiny_project(study=f"{STUDY}data: {{customers: '{pattern}'}}\n"))
    assert told.startswith("params/shop/2026Q3.yaml: data: customers: ")
    assert "must be relative and stay below the data folder" in told or "the only part in braces may be {period}" in told


def test_an_item_of_the_model_that_nobody_asks_is_told_with_both_remedies(tiny_project):
    project = tiny_project(codebook=CODEBOOK.replace("  price_tolerance:\n", ""))
    told = refusal("shop", root=project)
    assert "the model acsi measures loyalty by 'price_tolerance', which the codebook does not have." in told
    assert "Declare it, or give the construct its own items in study.yaml: constructs: {loyalty: [...]}" in told
    study = load_study("shop", root=tiny_project(study=STUDY + "constructs: {loyalty: [repurchase]}\n"))
    assert study.structure is not None
    assert study.structure.construct("loyalty").items == ("repurchase",)


def test_a_study_without_a_model_has_no_structure(tiny_project):
    assert load_study("shop", root=tiny_project(study="title: Shop\n")).structure is None


def test_what_a_study_does_not_have_is_refused_with_the_line_that_adds_it(tiny_project):
    study = load_study("shop", root=tiny_project(study="title: Shop\n"))
    with pytest.raises(NotInStudyError, match=r"Add drivers: \{outcome: \.\.\., items: \[\.\.\.\]\} to its study\.yaml"):
        _ = study.drivers
    with pytest.raises(NotInStudyError, match=r"study\.yaml: grades: \[\.\.\.\]"):
        _ = study.grades


def test_a_broken_codebook_is_blamed_by_its_own_name(tiny_project):
    told = refusal("shop", root=tiny_project(codebook="items: {a: {sclae: 1}, b: {sclae: 1}}\n")).splitlines()
    assert all(line.startswith("params/shop/codebook.yaml: items: ") for line in told)
    project = tiny_project()
    (project / "params" / "shop" / "codebook.yaml").unlink()
    told = refusal("shop", root=project)
    assert told.startswith(f"{project.resolve() / 'params' / 'shop' / 'codebook.yaml'}: no such file.")


def test_a_special_survey_without_fieldwork_is_refused_by_name(tiny_project):
    project = tiny_project(more={"params/shop/special-x.yaml": "period: special-x\n"})
    assert "special-x: a special survey needs fieldwork" in refusal("shop", root=project)


def test_the_root_is_found_from_a_notebook(tiny_project, monkeypatch):
    project = tiny_project(more={"notebooks/deep/note.txt": ""})
    monkeypatch.chdir(project / "notebooks" / "deep")
    assert find_root() == project.resolve()
    assert load_study("shop").paths.root == project.resolve()


def test_a_folder_without_parameters_says_so(tmp_path):
    with pytest.raises(ParamsError, match=r"No params/ folder in .* or above"):
        find_root(tmp_path)


def test_the_environment_says_where_the_data_lie(tiny_project, tmp_path, monkeypatch):
    study = STUDY + "data_root: {variable: SHOP_DATA, default: ../elsewhere}\ndata: {customers: 'shop/{period}.csv'}\n"
    project = tiny_project(study=study, more={"data/shop/2026Q3.csv": "a\n1\n"})
    monkeypatch.delenv("SHOP_DATA", raising=False)
    assert load_study("shop", root=project).paths.data_root == (project / "../elsewhere").resolve()
    for told in (str(project / "data"), "data"):
        monkeypatch.setenv("SHOP_DATA", told)
        monkeypatch.chdir(tmp_path)
        assert load_study("shop", root=project).paths.data() == project.resolve() / "data" / "shop" / "2026Q3.csv"


def test_a_missing_data_file_is_told_with_its_place_and_the_nearest(tiny_project):
    project = tiny_project(more={"params/shop/2026Q2.yaml": "period: 2026Q2\n"})
    study = load_study("shop", "2026Q2", root=project)
    assert not study.paths.has_data()
    with pytest.raises(DataError, match=r"No data for shop 2026Q2, source customers: looked for .*2026Q2\.\{csv,xlsx,parquet,tsv,txt\}"):
        study.paths.data()
    with pytest.raises(DataError, match=r"The folder .*competitors does not exist"):
        study.paths.data("competitors")


def test_a_new_period_can_be_loaded_as_it_was_written(tiny_project):
    project = tiny_project()
    path = write_period("shop", "2026Q4", root=project)
    assert path == project.resolve() / "params" / "shop" / "2026Q4.yaml"
    parameters = load_study("shop", root=project).parameters
    assert (parameters.period, parameters.compare_to) == ("2026Q4", "2026Q3")
    assert parameters.fieldwork is not None
    assert (str(parameters.fieldwork.start), str(parameters.fieldwork.end)) == ("2026-10-01", "2026-12-31")
    assert load_study("shop", write_period("shop", "special-moving", root=project).stem, root=project).parameters.compare_to is None
    assert load_study("shop", write_period("shop", "2026-10", root=project).stem, root=project).parameters.compare_to is None


def test_a_new_period_is_refused_where_it_cannot_stand(tiny_project):
    project = tiny_project()
    before = (project / "params" / "shop" / "2026Q3.yaml").read_text(encoding="utf-8")
    for study, period, told in (
        ("shop", "2026Q3", "params/shop/2026Q3.yaml exists already"),
        ("shop", "2026q4", "Did you mean '2026Q4'"),
        ("shop", "../2026Q4", "is not a period"),
        ("shpo", "2026Q4", "Did you mean 'shop'"),
    ):
        with pytest.raises(ParamsError, match=told):
            write_period(study, period, root=project)
    assert (project / "params" / "shop" / "2026Q3.yaml").read_text(encoding="utf-8") == before


def test_a_study_survives_the_way_to_another_process(tiny_project):
    study = load_study("shop", root=tiny_project())
    again = pickle.loads(pickle.dumps(study))  # noqa: S301
    assert again == study
    assert load_survey(again).responses.equals(load_survey(study).responses)


def test_the_manifest_gets_plain_words(tiny_project):
    plain = resolved(load_study("shop", root=tiny_project()).parameters)
    assert plain["fieldwork"] == {"start": "2026-09-01", "end": "2026-09-20"}
    assert plain["title"] == {"en": "Corner Shop", "zh": "街角小店"}
    assert "compare_to" not in plain
