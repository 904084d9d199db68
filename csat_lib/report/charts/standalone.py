"""The path diagram of a model as an SVG file of its own: it opens in any browser, in the light colours."""

from __future__ import annotations

import re

import pandas as pd

from csat_lib.errors import pick
from csat_lib.report.charts.canvas import BG, theme
from csat_lib.report.charts.paths import draw_paths, said_of_model
from csat_lib.report.charts.svg import svg
from csat_lib.report.language import LANGUAGES
from csat_lib.study import Structure

MARGIN = 24.0
LETTERS = "system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"


def model_svg(structure: Structure, *, language: str = "en") -> str:
    """The text of an SVG file with the model's path diagram, without coefficients.

    Parameters
    ----------
    structure : Structure
        The model.
    language : {"en", "zh"}
        Of the labels.
    """
    tongue = pick({each: each for each in LANGUAGES}, language, "language")
    with theme():
        figure = draw_paths(structure, pd.DataFrame(list(structure.paths), columns=["cause", "effect"]), language=tongue)
        inline = svg(figure, "model", said_of_model(structure, tongue)[1])
    width, height = (float(each) * 72 + 2 * MARGIN for each in figure.get_size_inches())
    opening, body = inline.removeprefix("<svg ").split(">", maxsplit=1)
    kept = re.sub(r' style="[^"]*"|viewBox="[^"]*" ', "", opening)
    box = f"{-MARGIN:g} {-MARGIN:g} {width:g} {height:g}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="{box}" font-family="{LETTERS}" {kept}>'
    paper = f'<rect x="{-MARGIN:g}" y="{-MARGIN:g}" width="{width:g}" height="{height:g}" fill="{BG}"/>'
    return head + paper + re.sub(r"var\(--\w+,(#[0-9a-f]{6})\)", r"\1", body) + "\n"
