"""Commands about what was published: status, verify, unpublish, pack, export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from csat_lib.cli.frame import cli, debug_option, disk, many, root_of
from csat_lib.errors import CsatError

if TYPE_CHECKING:
    from csat_lib.study import Standing

SHOWN = 3


@cli.command()
@click.argument("study", required=False)
@debug_option
@click.pass_obj
def status(obj: Mapping[str, Any], study: str | None) -> None:
    """Say of every period whether its report is published, stale, failed or was never made, when, and why."""
    from csat_lib.study import standings, study_names
    from csat_lib.study.params import period_files

    root = root_of(obj)
    unread: list[CsatError] = []
    for name in [study] if study else study_names(root):
        if not study and not period_files(root / "params" / name):
            click.echo(f"{name}\n  no period yet")
            continue
        try:
            found = standings(name, root=root)
        except CsatError as error:
            if study:
                raise
            unread.append(error)
            continue
        click.echo(name)
        for line in (line for each in found for line in _lines(each)):
            click.echo(f"  {line}")
    if unread:  # the others are told all the same
        raise type(unread[0])("\n".join(map(str, unread)))


def _lines(each: Standing) -> list[str]:
    made = each.made[:16].replace("T", " ") or "-"
    number = f"revision {each.revision}" if each.revision > 1 else ""
    about = "; ".join(word for word in (each.status, number) if word)
    head = f"{each.period:<12} {each.state:<10} {made:<17} {about}".rstrip()
    shown = list(each.reasons[:SHOWN])
    more = len(each.reasons) - len(shown)
    return [head, *(f"{'':<12} {reason}" for reason in shown), *([f"{'':<12} and {more} more"] if more > 0 else [])]


@cli.command()
@click.argument("study")
@click.argument("period", required=False)
@debug_option
@click.pass_obj
def verify(obj: Mapping[str, Any], study: str, period: str | None) -> None:
    """Say whether what lies in a period's folder is what was published, file by file."""
    from csat_lib.study import load_study
    from csat_lib.study.verification import verify as verify_period

    loaded = load_study(study, period, root=root_of(obj))
    found = verify_period(loaded)
    found.raise_if_altered()
    click.echo(f"{loaded.name} {loaded.period}: {many(found.files, 'file')} as published on {found.made} (revision {found.revision}).")
    for line in found.inputs:
        click.echo(f"  since then: {line}")


@cli.command()
@click.argument("study")
@click.argument("period")
@debug_option
@click.pass_obj
def unpublish(obj: Mapping[str, Any], study: str, period: str) -> None:
    """Take a period's report away, in one step, and write the index anew. Its data and parameters stay."""
    from csat_lib.report.withdraw import unpublish as take_away

    root = root_of(obj)
    take_away(study, period, root=root)
    click.echo(f"{study} {period}: no longer published. {root / 'output' / 'index.html'} is written anew.")


@cli.command()
@click.argument("study")
@click.argument("period", required=False)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where the files go; by default this folder.")
@click.option("--only", metavar="NAME", help="Which page; by default the one that managers read.")
@debug_option
@click.pass_obj
def pack(obj: Mapping[str, Any], study: str, period: str | None, *, to: Path | None, only: str | None) -> None:
    """Write the report of a period as one HTML file a language to mail, and as PDF where Chromium is there."""
    from csat_lib.report.pack import pack as pack_period
    from csat_lib.study import load_study

    loaded = load_study(study, period, root=root_of(obj))
    with disk():
        done = pack_period(loaded, to or Path.cwd(), only=only)
    for path in done.files:
        click.echo(str(path))
    if done.note:
        click.echo(done.note, err=True)


@cli.command()
@click.argument("study")
@click.argument("period", required=False)
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="By default STUDY-PERIOD.xlsx.")
@debug_option
@click.pass_obj
def export(obj: Mapping[str, Any], study: str, period: str | None, *, to: Path | None) -> None:
    """Write all tables of a period as one xlsx, and the scored respondents as another under data/STUDY/restricted/."""
    from csat_lib.report.workbook import export_scores, export_tables
    from csat_lib.study import load_study

    loaded = load_study(study, period, root=root_of(obj))
    with disk():
        click.echo(str(export_tables(loaded, to or Path(f"{loaded.name}-{loaded.period}.xlsx"))))
        click.echo(f"{export_scores(loaded)} (a row a respondent: it stays on this machine)")
