"""A figure as inline SVG whose colours are those of the page it stands on."""

from __future__ import annotations

import io
import re
from html import escape

from matplotlib.figure import Figure

from csat_lib.report.exhibits import TEMPLATE

_COLOURS = (TEMPLATE / "colours.css").read_text(encoding="utf-8").split("/* end */")[0]
COLOUR: dict[str, str] = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", _COLOURS))
LETTER = 13.0


def svg(figure: Figure, name: str, alt: str) -> str:
    """The figure as inline SVG: colours of the page, identifiers of its own, no address, nothing superfluous.

    Parameters
    ----------
    figure : Figure
        Drawn under ``theme``.
    name : str
        Opens every identifier, so that several figures can stand on one page.
    alt : str
        What it shows to those who cannot see it.
    """
    stream = io.StringIO()
    plain = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(stream, format="svg", metadata=plain, transparent=True)
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    width, height = (float(each) * 72 for each in figure.get_size_inches())
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>|<metadata>.*?</metadata>", "", text[text.index(">") + 1 :], flags=re.DOTALL)
    body = body.replace("xlink:href", "href")
    used = set(re.findall(r'(?:href="#|url\(#)([\w.-]+)', body))
    body = re.sub(r' id="([\w.-]+)"', lambda hit: f' id="{name}-{hit[1]}"' if hit[1] in used else "", body)
    body = re.sub(r'(href="#|url\(#)([\w.-]+)', rf"\1{name}-\2", body)
    body = re.sub(r' (d|x|y|points|transform|width|height)="([^"]*)"', _short, body)
    body = re.sub(r"\s*font-family: [^;\"]*;?", "", body)
    body = re.sub(r"font-weight: (?:bold|700)", "font-weight: 650", body)
    body = re.sub(r"#[0-9a-f]{6}\b(?=[;\" ])", _variable, body)
    body = re.sub(r'(?<=style=")[^"]*', lambda hit: re.sub(r"([:;]) ", r"\1", hit[0].strip()), body)
    body = re.sub(r"<g>\s*</g>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r">\s*\n\s*<", "><", body.strip())
    least = 0 if width <= 400 else round(0.72 * width)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(alt)}" stroke-linejoin="round" '
        f'font-size="{LETTER:g}" style="--least:{least}px;max-width:{1.25 * width:g}px">{body}'
    )


def _short(hit: re.Match[str]) -> str:
    value = re.sub(r"-?\d+\.\d+", lambda each: f"{float(each[0]):.2f}".rstrip("0").rstrip("."), hit[2])
    value = re.sub(r"\s+", " ", value).strip()
    return "" if value.startswith("rotate(-0 ") else f' {hit[1]}="{value}"'


def _variable(hit: re.Match[str]) -> str:
    name = next((name for name, code in COLOUR.items() if code == hit[0]), "")
    return f"var(--{name},{hit[0]})" if name else hit[0]
