"""Commands that make reports: demo and run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from csat_lib.cli.frame import cli, debug_option, disk, many, root_of
from csat_lib.errors import ModelError

if TYPE_CHECKING:
    from csat_lib.report.engine import Report

SEED = 20260901


@cli.command()
@debug_option
@click.pass_obj
def demo(obj: Mapping[str, Any]) -> None:
    """Make the simulated company's data, report its latest quarter, and say where the index is."""
    from csat_lib.report.batch import run as run_batch

    root = root_of(obj)
    _generate_demo(root)
    reports = run_batch("demo", root=root)
    _tell(reports)
    click.echo(str(root / "output" / "index.html"))
    _withheld(reports)


@cli.command()
@click.argument("study")
@click.argument("periods", nargs=-1, metavar="[PERIOD]...")
@click.option("--all", "scope", flag_value="all", default=None, type=str, help="Every period of the study.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this notebook; may be repeated. Other pages stay as published.")
@click.option("--language", type=click.Choice(["en", "zh", "both"]), help="Of the pages; by default the study's own.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Kernels at once; by default one a processor.")
@click.option("--dry-run", "action", flag_value="list", default=None, type=str, help="Check everything and list what would run.")
@debug_option
@click.pass_obj
def run(
    obj: Mapping[str, Any],
    study: str,
    periods: tuple[str, ...],
    *,
    only: tuple[str, ...],
    language: str | None,
    workers: int | None,
    scope: str | None,
    action: str | None,
) -> None:
    """Run the notebooks of a study and publish their reports. No PERIOD means the latest."""
    if scope and periods:
        raise click.UsageError("Give periods or --all, not both.")
    root = root_of(obj)
    if study == "demo":
        _generate_demo(root)
    asked = scope or list(periods) or None
    if action == "list":
        _rehearse(study, asked, root, only or None, language)
        return
    from csat_lib.report.batch import run as run_batch

    reports = run_batch(study, asked, root=root, only=only or None, language=language, workers=workers)
    _tell(reports)
    for period in dict.fromkeys(each.period for each in reports):
        click.echo(str(root / "output" / study / period / "index.html"))
    _withheld(reports)


def _rehearse(study: str, asked: list[str] | str | None, root: Path, only: tuple[str, ...] | None, language: str | None) -> None:
    from csat_lib.report.plan import plan, wanted_periods

    for period in wanted_periods(study, asked, root):
        for job in plan(study, period, root=root, only=only, language=language).jobs:
            click.echo(job.title)


def _generate_demo(root: Path) -> None:
    """The demo's data, where a quarter lacks them; equal seeds give equal bytes."""
    from csat_lib.simulate import PERIODS, company

    missing = [each for each in PERIODS if not (root / "data" / "demo" / "customers" / f"{each}.csv").is_file()]
    if missing:
        click.echo(f"Simulating {many(len(missing), 'quarter')} of the demonstration company.", err=True)
        with disk():
            company(root, seed=SEED, periods=missing)


def _tell(reports: tuple[Report, ...]) -> None:
    for each in reports:
        click.echo(f"{each.status:<9} {each.period} {each.name}.{each.language}  {each.seconds:.1f} s")


def _withheld(reports: tuple[Report, ...]) -> None:
    """A published report with withheld sections has an exit code of its own."""
    told = dict.fromkeys(each.error for each in reports if each.status == "withheld")
    if told:
        raise ModelError("\n".join(["published, with sections withheld because the model cannot be trusted:", *told]))
