"""Commands that begin a study: init from a file or a template, and the questionnaire that goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from csat_lib.cli.frame import cli, debug_option, disk, many, root_of
from csat_lib.errors import CsatError

if TYPE_CHECKING:
    from csat_lib.survey.guesses import Guess


@cli.command()
@click.argument("study")
@click.option("--from", "file", type=click.Path(path_type=Path), metavar="FILE", help="Draft the codebook from this survey file.")
@click.option(
    "--template", metavar="TRADE", help="Start from a template: retail, restaurant, hotel, property, dealer, construction, generic."
)
@click.option("--period", metavar="PERIOD", help="The first period; by default the current quarter.")
@click.option("--leave", "data", flag_value="leave", default="copy", type=str, help="Do not copy FILE into data/.")
@debug_option
@click.pass_obj
def init(obj: Mapping[str, Any], study: str, *, file: Path | None, template: str | None, period: str | None, data: str) -> None:
    """Begin a new STUDY from a survey file or from a template; nothing that exists is overwritten."""
    if (file is None) == (template is None):
        raise click.UsageError("Give one of --from FILE and --template TRADE.")
    root, first = root_of(obj), period or _quarter()
    if file is not None:
        _from_file(study, file, first, root, data)
    else:
        from csat_lib.survey.templates import start_from_template

        with disk():
            folder = start_from_template(study, str(template), first, root=root)
        for path in sorted(folder.iterdir()):
            click.echo(path.relative_to(root.resolve()).as_posix())
        click.echo(f"Put the first answers in data/{study}/customers/{first}.csv, then: csat check {study}")


def _from_file(study: str, file: Path, period: str, root: Path, data: str) -> None:
    from csat_lib.survey.draft import draft_study

    with disk():
        draft = draft_study(study, file, period, root=root, data=cast("Literal['copy', 'leave']", data))
    for guess in draft.guesses:
        click.echo(f"  {_line(guess)}")
    items = sum(each.role == "item" for each in draft.guesses)
    click.echo(
        f"{many(items, 'item')}, {many(len(draft.guesses) - items, 'other column')}; each guess is marked in the codebook: confirm it"
    )
    for path in draft.files:
        click.echo(path.relative_to(root.resolve()).as_posix())
    if not draft.data.is_file():
        click.echo(f"Put the data in {draft.data.relative_to(root.resolve()).as_posix()}")
        return
    _what_is_left(study, period, root)


def _line(guess: Guess) -> str:
    name = guess.name if guess.name == guess.column else f"{guess.name} = {guess.column[:60]}"
    return f"{name}: {guess.role}, {guess.why}" if guess.why else f"{name}: {guess.role}"


def _what_is_left(study: str, period: str, root: Path) -> None:
    """Read the study as ``check`` will, and say what it would refuse."""
    from csat_lib.study import load_study
    from csat_lib.survey import load_survey

    try:
        load_survey(load_study(study, period, root=root))
    except CsatError as error:
        click.echo("left to decide:")
        for line in str(error).splitlines():
            click.echo(f"  {line}")
    else:
        click.echo(f"The data can be read with it. Next: csat check {study}")


@cli.command()
@click.argument("study")
@click.argument("period", required=False)
@click.option("--format", "form", type=click.Choice(["html", "xlsform"]), default="html", show_default=True, help="To print, or to field.")
@click.option("--to", type=click.Path(path_type=Path), metavar="PATH", help="The file to write; by default STUDY-PERIOD in this folder.")
@debug_option
@click.pass_obj
def questionnaire(obj: Mapping[str, Any], study: str, period: str | None, *, form: str, to: Path | None) -> None:
    """Write the questionnaire of a study: a bilingual page to print, or an XLSForm for survey tools."""
    from csat_lib.report.questionnaire import write_html, write_xlsform
    from csat_lib.study import load_study

    loaded = load_study(study, period, root=root_of(obj))
    write, suffix = (write_html, ".html") if form == "html" else (write_xlsform, ".xlsx")
    path = to or Path(f"{loaded.name}-{loaded.period}{suffix}")
    with disk():
        click.echo(str(write(loaded, path)))


def _quarter() -> str:
    today = dt.datetime.now(tz=dt.UTC).date()
    return f"{today.year}Q{(today.month + 2) // 3}"
