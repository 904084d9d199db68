"""The command models: what the library of path models holds, and one model in words, in lavaan's syntax or as a picture."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from csat_lib.cli.frame import cli, debug_option, disk, root_of
from csat_lib.errors import EnvironmentFault

if TYPE_CHECKING:
    from csat_lib.study import Structure

TITLE, SOURCE, LINE = 46, 34, 96
NUMBERS = (2, 3, 4)


@cli.command()
@click.argument("name", required=False)
@click.option("--lavaan", "form", flag_value="lavaan", help="Print NAME in lavaan's syntax instead.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write NAME's path diagram to FILE instead.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of titles, labels and wording.")
@debug_option
@click.pass_obj
def models(obj: Mapping[str, Any], name: str | None, form: str | None, svg: Path | None, language: str) -> None:
    """List the path models of the library; with NAME (or a model's file), show one: constructs, items, equations."""
    from csat_lib.study import load_model, model_names

    if name is None:
        if form or svg:
            raise click.UsageError(f"--{form or 'svg'} needs the NAME of a model.")
        root = root_of(obj)
        found = {each: load_model(each, root=root) for each in model_names(root)}
        for line in _listed(found, language):
            click.echo(line)
        return
    model = load_model(name, root=obj["root"])
    if svg is not None:
        from csat_lib.report.charts.standalone import model_svg

        if not svg.parent.is_dir():
            raise EnvironmentFault(f"--svg {svg}: there is no folder {svg.parent}. Make it, or name another.")
        with disk():
            svg.write_text(model_svg(model, language=language), encoding="utf-8")
        click.echo(str(svg))
    if form == "lavaan":
        click.echo(model.to_lavaan(), nl=False)
    if not (svg or form):
        for line in _told(name, model, language):
            click.echo(line)


def _listed(found: Mapping[str, Structure], language: str) -> Iterator[str]:
    """One line a model, under a head."""
    rows: list[tuple[str, ...]] = [("name", "title", "constructs", "paths", "items", "reconstructed", "source")]
    for name, model in found.items():
        counts = (str(len(each)) for each in (model.constructs, model.paths, model.items))
        rows.append((name, _short(model.title.say(language), TITLE), *counts, _mark(model.source), _short(model.source, SOURCE)))
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (_padded(row[at], width, "right" if at in NUMBERS else "left") for at, width in enumerate(widths))
        yield "  ".join(cells).rstrip()


def _told(name: str, model: Structure, language: str) -> Iterator[str]:
    """A model in words."""
    yield f"{name}: {model.title.say(language)}"
    yield from _under("source", textwrap.wrap(model.source, LINE))
    yield from _under("outcome", [model.outcome])
    first = max(_width(each) for each in (*model.items, *model.names)) + 4
    for each in model.constructs:
        yield ""
        yield f"{_padded(each.name, first)}{each.label.say(language)}"
        if each.of:
            yield f"{'':<{first}}formed of {', '.join(each.of)}"
        for item in each.items:
            yield from _asked(item, model, language, first)
    yield ""
    yield "effect <- its causes"
    widest = max(map(len, model.drivers_of))
    for effect, causes in model.drivers_of.items():
        yield f"  {effect:<{widest}} <- {', '.join(causes)}"


def _asked(item: str, model: Structure, language: str, first: int) -> Iterator[str]:
    """An item: label, wording, the ends of its scale and whose wording it is."""
    asked = model.questions.get(item)
    if asked is None:
        yield f"  {item}"
        return
    yield _padded(f"  {item}", first) + asked.label.say(language)
    ends = " ... ".join(end for end in (asked.low.say(language), asked.high.say(language)) if end)
    about = "; ".join(each for each in (ends, asked.source) if each)
    for line in (*_wrapped(asked.wording.say(language)), *([f"[{about}]"] if about else [])):
        yield f"{'':<{first}}{line}"


def _under(head: str, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{head if number == 0 else '':<10}{line}"


def _mark(source: str) -> str:
    """What a model's source says of itself."""
    if "in part reconstructed" in source:
        return "in part"
    return "yes" if "reconstructed" in source else "no"


def _short(text: str, most: int) -> str:
    """The first words that fit."""
    if _width(text) <= most:
        return text
    kept = ""
    for word in _pieces(text):
        if _width((kept + word).rstrip()) > most - 4:
            break
        kept += word
    return kept.rstrip(" ,;(") + " ..."


def _wrapped(text: str) -> Iterator[str]:
    """Lines of at most so many columns; Chinese breaks anywhere."""
    line = ""
    for piece in _pieces(text):
        if line and _width(line + piece.rstrip()) > LINE:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


def _pieces(text: str) -> Iterable[str]:
    """Words with the space behind them, and Chinese letter by letter."""
    return re.findall(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*", text)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: a Chinese letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, side: str = "left") -> str:
    space = " " * (width - _width(text))
    return space + text if side == "right" else text + space
