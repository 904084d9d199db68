"""Commands about the store: import and erase."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from csat_lib.cli.frame import cli, debug_option, many, root_of
from csat_lib.errors import DataError


@cli.command("import")
@click.argument("study")
@click.argument("period")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="customers", show_default=True, help="Whose answers they are.")
@click.option("--replace", flag_value="revise", default="refuse", type=str, help="Put them in the place of the period's earlier answers.")
@debug_option
@click.pass_obj
def import_(obj: Mapping[str, Any], study: str, period: str, file: Path, *, source: str, replace: str) -> None:
    """Add FILE to the study's store as the answers of PERIOD, read and checked through the codebook."""
    from csat_lib.study import load_study
    from csat_lib.survey.store import Replace, import_period

    rule: Replace = "revise" if replace == "revise" else "refuse"
    done = import_period(load_study(study, period, root=root_of(obj)), file, source=source, replace=rule)
    told = {
        "imported": f"imported {many(done.rows, 'respondent')} from {file.name}",
        "unchanged": f"{file.name} is in the store already: nothing changed",
        "revised": f"imported {many(done.rows, 'respondent')} from {file.name}; the earlier answers are kept as a revision",
    }
    click.echo(f"{study} {period}: {told[done.status]}.{' ' + done.note if done.note else ''}")
    click.echo(str(done.path))


@cli.command()
@click.argument("study")
@click.option("--id", "respondent", required=True, metavar="X", help="The respondent's id, as in the file.")
@debug_option
@click.pass_obj
def erase(obj: Mapping[str, Any], study: str, respondent: str) -> None:
    """Take one respondent out of every stored period and revision, and log that it happened."""
    from csat_lib.study import load_study
    from csat_lib.survey.store import erase as erase_from_store

    rows = erase_from_store(load_study(study, root=root_of(obj)), respondent)
    if not rows:
        raise DataError(f"{study}: nobody in the store has this id. Nothing was changed.")
    click.echo(f"{study}: {many(rows, 'row')} erased; logged in data/{study}/restricted/erasures.csv without the id.")
    click.echo("Raw files are as they were: remove the respondent there, too. Later imports leave them out.")
