"""Chinese is drawn with the font that comes along: no letter of ours is missing, and one that is missing is named."""

import hashlib
import re
import warnings
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from test_report_display import FIGURES, make_page

from csat_lib.report.charts.canvas import TEXT, theme, width_of
from csat_lib.report.charts.fonts import CHINESE, FILE, MissingGlyphWarning, font, glyphs_counted

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = [
    *ROOT.glob("csat_lib/report/**/*.py"),
    *ROOT.glob("params/**/*.yaml"),
    *ROOT.glob("notebooks/*.ipynb"),
]


@pytest.fixture(scope="module")
def glyphs():
    return set(FT2Font(FILE).get_charmap())


def test_the_font_has_all_of_gb2312(glyphs):
    rows = [bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    letters = "".join(each.decode("gb2312", "ignore") for each in rows)
    assert len(letters) == 6763  # the ideographs of the standard
    assert [each for each in letters if ord(each) not in glyphs] == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_font_has_every_chinese_letter_that_we_write(path, glyphs):
    letters = set(re.findall(r"[\u2e80-\u9fff\uff00-\uffef]", path.read_text(encoding="utf-8")))
    assert sorted(each for each in letters if ord(each) not in glyphs) == []


@pytest.mark.parametrize("name", FIGURES)
def test_every_chart_is_drawn_in_chinese_without_a_missing_letter(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        FIGURES[name](make_page("zh"))


def draw(text):
    with theme():
        figure = Figure()
        figure.text(0, 0, text)
        figure.savefig("/dev/null", format="svg")


def test_a_missing_letter_is_named():
    with pytest.warns(MissingGlyphWarning, match=r"1 letters of a chart are in no font of ours: 𓀀 \(EGYPTIAN HIEROGLYPH A001\)"):
        draw("满意 𓀀")


def test_other_warnings_are_not_swallowed():
    with pytest.warns(UserWarning, match="something else"), glyphs_counted():
        warnings.warn("something else", UserWarning, stacklevel=1)


def test_chinese_is_drawn_in_outlines_of_the_font_and_not_in_boxes():
    drawn = set()
    for letter in "满意":
        figure = Figure(figsize=(1, 1), dpi=72)
        figure.text(0.2, 0.2, letter, fontproperties=font(40))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        drawn.add(hashlib.sha256(bytes(canvas.buffer_rgba())).hexdigest())
    assert len(drawn) == 2  # two boxes would be alike
    assert font(40).get_family()[-1] == CHINESE


def test_a_chinese_letter_is_as_wide_as_it_is_high():
    assert width_of("满意度", TEXT) == 3 * TEXT
    assert width_of("满 A", TEXT) > width_of("满A", TEXT)


def test_the_licence_stands_beside_the_font():
    text = (FILE.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert FILE.name in text
