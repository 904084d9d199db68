"""The weights lab in JupyterLab: a choice of sets, sliders within a parent, and everything that follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from csat_lib.errors import CsatError
from csat_lib.report.lab import UNTITLED, Bench
from csat_lib.report.lab_html import beside_html, index_html, message_html, ranks_html, style_html
from csat_lib.report.page import Page
from csat_lib.report.treefigures import set_label

STEP = 0.005


class WeightsLab:
    """The widgets around a bench; ``bench`` holds the weights, ``box`` is what is shown."""

    def __init__(self, page: Page, bench: Bench) -> None:
        self.page, self.bench = page, bench
        self._following = False
        words = {"description_width": "initial"}
        self.sets = ipywidgets.Dropdown(options=self._set_options(), value=bench.name, description=page.say("lab_set"), style=words)
        parents = [(bench.tree.label(parent, page.language), parent) for parent in bench.parents]
        self.parent = ipywidgets.Dropdown(options=parents, description=page.say("lab_parent"), style=words)
        self.sliders: dict[str, Any] = {}
        self.panel = ipywidgets.VBox()
        self.state, self.index, self.ranks = (ipywidgets.HTML() for _ in range(3))
        self.beside = ipywidgets.Dropdown(options=self._set_options(), value="equal", description=page.say("lab_beside"), style=words)
        self.comparison = ipywidgets.HTML()
        self.name, self.author, self.reason = (
            ipywidgets.Text(description=page.say(each), style=words) for each in ("lab_name", "lab_author", "lab_reason")
        )
        self.button = ipywidgets.Button(description=page.say("lab_save"))
        self.message = ipywidgets.HTML()
        self.box = self._laid_out()
        self.sets.observe(self._on_set, names="value")
        self.parent.observe(self._on_parent, names="value")
        self.beside.observe(self._on_beside, names="value")
        self.button.on_click(self._on_save)
        self._show_sliders()
        self._show()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = self.box._repr_mimebundle_(**options)
        return bundle

    def _laid_out(self) -> ipywidgets.VBox:
        row = ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="12px 32px")
        for widget, name in ((self.index, "index"), (self.ranks, "ranks"), (self.panel, "sliders"), (self.message, "message")):
            widget.add_class(f"csat-lab-{name}")
        top = ipywidgets.Box([self.sets, self.parent, self.state], layout=row)
        left = ipywidgets.VBox([self.panel, self.index], layout=ipywidgets.Layout(width="460px"))
        self.ranks.layout = ipywidgets.Layout(flex="1 1 420px")
        middle = ipywidgets.Box([left, self.ranks], layout=row)
        save = ipywidgets.Box([self.name, self.author, self.reason, self.button], layout=row)
        return ipywidgets.VBox([ipywidgets.HTML(style_html()), top, middle, self.beside, self.comparison, save, self.message])

    def _set_options(self) -> list[tuple[str, str]]:
        return [(set_label(name, self.page.language), name) for name in self.bench.held.trees]

    def _show_sliders(self) -> None:
        """One slider a child of the chosen parent."""
        self.sliders = {
            child: ipywidgets.FloatSlider(
                value=weight,
                min=0,
                max=1,
                step=STEP,
                readout_format=".3f",
                description=self.bench.tree.label(child, self.page.language),
                style={"description_width": "170px"},
                layout=ipywidgets.Layout(width="440px"),
            )
            for child, weight in self.bench.weights_of(self.parent.value).items()
        }
        for child, slider in self.sliders.items():
            slider.observe(lambda change, child=child: self._on_slider(child, change["new"]), names="value")
        self.panel.children = list(self.sliders.values())

    def _follow(self) -> None:
        """Set the sliders to the weights without taking that for a move."""
        self._following = True
        try:
            for child, weight in self.bench.weights_of(self.parent.value).items():
                self.sliders[child].value = weight
        finally:
            self._following = False

    def _show(self) -> None:
        """Everything that depends on the weights."""
        found = self.bench.readings()
        own = self.bench.name
        self.state.value = "" if own != UNTITLED else message_html(self.page.say("lab_unsaved"), "warning")
        self.index.value = index_html(self.page, found)
        self.ranks.value = ranks_html(self.page, found, self.bench.held.by)
        there, nodes = self.bench.beside(self.beside.value)
        self.comparison.value = beside_html(self.page, self.bench, found, there, nodes=nodes, name=self.beside.value)

    def _on_slider(self, child: str, weight: float) -> None:
        if self._following:
            return
        self.bench.move(child, min(max(weight, 0.0), 1.0))
        self._follow()
        self._show()

    def _on_set(self, change: Mapping[str, Any]) -> None:
        if change["new"] is not None and not self._following:
            self.bench.choose(change["new"])
            self._follow()
            self._show()

    def _on_parent(self, change: Mapping[str, Any]) -> None:
        del change
        self._show_sliders()

    def _on_beside(self, change: Mapping[str, Any]) -> None:
        if change["new"] is not None and not self._following:
            self._show()

    def _on_save(self, button: ipywidgets.Button) -> None:
        del button
        name = self.name.value.strip()
        try:
            path = self.bench.save(name, author=self.author.value, reason=self.reason.value)
        except CsatError as error:
            self.message.value = message_html(str(error), "warning")
            return
        where = path.relative_to(self.bench.held.study.paths.root).as_posix()
        self.message.value = message_html(self.page.say("lab_saved", path=where, study=self.page.study, name=name))
        self._following = True
        try:
            kept = self.beside.value
            self.sets.options = self.beside.options = self._set_options()
            self.sets.value, self.beside.value = name, kept
        finally:
            self._following = False
        self._show()
