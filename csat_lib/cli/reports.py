"""Commands that make reports: demo and run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from csat_lib.cli.frame import cli, debug_option, disk, many, root_of
from csat_lib.errors import CsatError, ModelError

if TYPE_CHECKING:
    from csat_lib.report.engine import Report
    from csat_lib.study.intents import Rerun

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
    if not reports:
        click.echo("The latest quarter is up to date; csat run demo --force makes it again.")
    _tell(reports)
    click.echo(str(root / "output" / "index.html"))
    _withheld(reports)


@cli.command()
@click.argument("study")
@click.argument("periods", nargs=-1, metavar="[PERIOD]...")
@click.option("--all", "scope", flag_value="all", default=None, type=str, help="Every period of the study.")
@click.option("--only", multiple=True, metavar="NAME", help="Only this notebook; may be repeated. Other pages stay as published.")
@click.option("--language", type=click.Choice(["en", "zh", "both"]), help="Of the pages; by default the study's own.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Notebooks at once; by default one a processor.")
@click.option("--engine", type=click.Choice(["fork", "kernel", "dask"]), help="What runs them; by default fork on Linux, kernel elsewhere.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster, as in tcp://host:8786, for --engine dask.")
@click.option("--force", "rerun", flag_value="all", default="changed", type=str, help="Make pages again that are up to date.")
@click.option("--on-failure", metavar="COMMAND", help="Call COMMAND STUDY PERIOD ERROR for every period that fails.")
@click.option("--dry-run", "action", flag_value="list", default=None, type=str, help="Check everything; list what would run, and why.")
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
    engine: str | None,
    scheduler: str | None,
    rerun: str,
    on_failure: str | None,
    scope: str | None,
    action: str | None,
) -> None:
    """Run the notebooks of a study and publish their reports. No PERIOD means the latest; what is up to date is left as it is."""
    if scope and periods:
        raise click.UsageError("Give periods or --all, not both.")
    root = root_of(obj)
    if study == "demo":
        _generate_demo(root)
    asked = scope or list(periods) or None
    if action == "list":
        _rehearse(study, asked, root, only=only or None, language=language, rerun=cast("Rerun", rerun))
        return
    if rerun == "changed" and _all_done(study, asked, root, only or None, language):
        return
    from csat_lib.report.engine import opened

    runner = opened(engine, scheduler=scheduler)
    runner.warm()  # while this process imports what it takes to publish
    from csat_lib.report.batch import run as run_batch

    reports = run_batch(
        study,
        asked,
        root=root,
        only=only or None,
        language=language,
        workers=workers,
        engine=runner,
        rerun=cast("Rerun", rerun),
        on_failure=on_failure,
    )
    _tell(reports)
    for period in dict.fromkeys(each.period for each in reports):
        click.echo(str(root / "output" / study / period / "index.html"))
    if not reports:
        click.echo(str(root / "output" / "index.html"))
    _withheld(reports)


def _all_done(study: str, asked: list[str] | str | None, root: Path, only: tuple[str, ...] | None, language: str | None) -> bool:
    """Whether nothing is due; said at once, before anything heavy is imported. What cannot be read is left to the run to say."""
    from csat_lib.study import seals_of
    from csat_lib.study.intents import intent, wanted_periods

    output = root / "output"
    if not (output / "index.html").is_file() or any(output.glob(f"{study}/.*.old")):
        return False
    try:
        seals = seals_of(root, study)
        found = [intent(study, each, root=root, only=only, language=language, seals=seals) for each in wanted_periods(study, asked, root)]
    except CsatError:
        return False
    seals.keep()
    if any(each.due for each in found) or any((output / study / ".failed" / each.study.period.name).exists() for each in found):
        return False
    click.echo(f"{study}: {many(sum(len(each.pages) for each in found), 'page')} up to date, nothing to run. --force makes them again.")
    click.echo(str(output / "index.html"))
    return True


def _rehearse(
    study: str, asked: list[str] | str | None, root: Path, *, only: tuple[str, ...] | None, language: str | None, rerun: Rerun
) -> None:
    """What would run, and why, after the same checks as a run."""
    from csat_lib.report.plan import planned
    from csat_lib.study import seals_of
    from csat_lib.study.intents import intent, wanted_periods

    seals = seals_of(root, study)
    due = kept = 0
    for period in wanted_periods(study, asked, root):
        each = intent(study, period, root=root, only=only, language=language, rerun=rerun, seals=seals)
        if each.due:
            planned(each)
        for page in each.pages:
            due, kept = due + bool(page.reasons), kept + (not page.reasons)
            more = [f"and {len(page.reasons) - 2} more"] if len(page.reasons) > 2 else []
            why = "; ".join([*page.reasons[:2], *more])
            click.echo(f"{'run ' if why else 'keep'} {study} {period} {page.name}.{page.language}{f': {why}' if why else ''}")
    click.echo(f"{many(due, 'page')} to run, {kept:,} up to date", err=True)


def _generate_demo(root: Path) -> None:
    """The demo's data, where a quarter lacks them; equal seeds give equal bytes."""
    there = root / "params" / "demo"
    known = [path.stem for path in there.glob("2*.yaml")]
    if known and all((root / "data" / "demo" / "customers" / f"{each}.csv").is_file() for each in known):
        return
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
