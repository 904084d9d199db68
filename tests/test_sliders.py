"""The what-if on the page: the script's numbers are those of ``drivers.whatif``, by keyboard, offline, and in a table without script."""

import dataclasses
import itertools
import json
import shutil
import subprocess

import nbformat
import numpy as np
import pytest
from chromium import opened, until

from csat_lib.drivers import whatif
from csat_lib.report import open_page, sliders, to_html
from csat_lib.report.exhibits import EXHIBIT, SCRIPT, TEMPLATE
from csat_lib.report.expectations import fitted
from csat_lib.study import load_study
from csat_lib.survey import load_survey

WORTH = 85.0
POINTS = 0.1
RUN = """
const results = require(process.argv[1]);
const [model, grid] = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(grid.map((points) => results(model, points))));
"""


@pytest.fixture
def shop(tiny_project):
    study = load_study("shop", root=tiny_project())
    return study, load_survey(study)


@pytest.fixture
def found(shop):
    return dataclasses.replace(sliders.sliders(*shop), worth=("loyalty", WORTH, "thousand"))


def in_node(model: dict, grid: list[list[float]]) -> list:
    """What the script makes of every combination."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed here")
    given = json.dumps([model, grid])
    done = subprocess.run(
        [node, "-e", RUN, str(TEMPLATE / "whatif.js")], input=given, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


def test_the_script_agrees_with_whatif_on_a_grid_beyond_the_ends_of_the_scale(shop, found):
    study, survey = shop
    page = open_page(study)
    drivers = [str(name) for name in found.drivers.index]
    grid = [list(each) for each in itertools.product((-5.0, 0.0, 4.0, 60.0), repeat=len(drivers))]
    for points, told in zip(grid, in_node(sliders.model(page, found), grid), strict=True):
        expected = whatif(
            survey,
            study.drivers.outcome,
            dict(zip(drivers, points, strict=True)),
            drivers=study.drivers.items,
            fit=fitted(study, survey),
            on=["satisfaction", "loyalty"],
            value={"loyalty": WORTH},
            **study.bootstrap,
        ).effects.set_index("effect")
        wanted = expected.loc[["satisfaction", "loyalty", "revenue"], ["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
        np.testing.assert_allclose(np.array(told)[:2], wanted[:2], atol=POINTS)
        np.testing.assert_allclose(np.array(told)[2], wanted[2], atol=POINTS * WORTH)


def test_the_table_says_the_same_without_script(shop, found):
    study, survey = shop
    table = sliders.five_points(found).set_index("driver")
    for driver in table.index:
        expected = whatif(
            survey, study.drivers.outcome, {driver: 5}, drivers=study.drivers.items, fit=fitted(study, survey), **study.bootstrap
        ).effects.iloc[0]
        own = table.loc[driver, ["satisfaction", "satisfaction_low", "satisfaction_high"]].to_numpy(dtype=float)
        np.testing.assert_allclose(own, expected[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float), rtol=1e-9)
    shown = sliders.what_if(open_page(study), found)
    assert '<div class="panel" hidden>' in shown.html
    assert shown.html.count("<tr>") == 1 + len(table)


def test_the_script_is_small_and_the_data_cannot_leave_their_attribute(shop, found):
    study, _ = shop
    hostile = dataclasses.replace(found, worth=("loyalty", WORTH, '"></script><script>alert(1)</script>'))
    shown = sliders.what_if(open_page(study), hostile)
    assert len(shown.script.encode()) < 20_000
    assert "<script" not in shown.html
    assert shown.html.count("data-whatif=") == 1


def page_of(study, found, tmp_path):
    """A page with the sliders alone."""
    shown = sliders.what_if(open_page(study), found)
    bundle = shown._repr_mimebundle_()
    assert set(bundle) >= {EXHIBIT, SCRIPT}
    output = nbformat.v4.new_output("display_data", data=bundle)
    heading = nbformat.v4.new_markdown_cell("# Page\n\n<!-- zh -->\n\n# 页")
    cells = [heading, nbformat.v4.new_code_cell("x", outputs=[output]), nbformat.v4.new_code_cell("y", outputs=[output])]
    path = tmp_path / "page.html"
    path.write_text(to_html(nbformat.v4.new_notebook(cells=cells), page_title="Shop"), encoding="utf-8")
    return path


def test_the_page_allows_this_script_and_no_other(shop, found, tmp_path):
    html = page_of(shop[0], found, tmp_path).read_text(encoding="utf-8")
    assert html.count("<script>") == 1
    assert "script-src 'sha256-" in html
    assert "unsafe-inline'; script" not in html.split("style-src")[0]


def test_a_slider_moves_by_keyboard_and_says_so(shop, found, tmp_path):
    path = page_of(shop[0], found, tmp_path)
    with opened(tmp_path / "profile", path.as_uri()) as tab:
        until(lambda: tab.ask("!!document.querySelector('.panel') && !document.querySelector('.panel').hidden"), what="the sliders show")
        before = tab.ask("document.querySelector('.gain').textContent")
        tab.ask("document.querySelectorAll('input[type=range]')[0].focus()")
        for _ in range(4):
            tab.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
            tab.call("Input.dispatchKeyEvent", type="keyUp", key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
        assert tab.ask("document.querySelector('output').textContent") == "+9"
        assert tab.ask("document.querySelector('.gain').textContent") != before
        until(lambda: tab.ask("document.querySelector('[aria-live]').textContent"), what="the change is announced")
        tab.ask("document.querySelector('.whatif button').click()")
        assert tab.ask("document.querySelector('.gain').textContent") == "0.0"
        assert [each for each in tab.requests if not each.startswith("file:")] == []
