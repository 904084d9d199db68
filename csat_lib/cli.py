"""The ``csat`` command. Rooms are imported by the command that needs them, so that help answers at once."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from csat_lib import __version__
from csat_lib.errors import CsatError, EnvironmentFault, ModelError

if TYPE_CHECKING:
    from csat_lib.report.engine import Report
    from csat_lib.study import Study

F = TypeVar("F", bound=Callable[..., Any])

PROGRAM = "csat"
SEED = 20260901
INTERRUPTED = 130


def _remember_debug(context: click.Context, parameter: click.Parameter, value: str | None) -> None:  # noqa: ARG001  click's signature
    if value:
        os.environ["CSAT_DEBUG"] = value


def _debug_option(command: F) -> F:
    """--debug before or after the command's name."""
    told = "Show the traceback of an error (also: CSAT_DEBUG=1)."
    return click.option("--debug", flag_value="1", default=None, type=str, expose_value=False, callback=_remember_debug, help=told)(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=PROGRAM)
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The project's folder; by default the nearest one upward that holds params/.",
)
@_debug_option
@click.pass_context
def cli(context: click.Context, root: Path | None) -> None:
    """Customer satisfaction: from a quarter's survey to a report that can be defended."""
    context.obj = {"root": root}


@cli.command()
@_debug_option
@click.pass_obj
def demo(obj: Mapping[str, Any]) -> None:
    """Make the simulated company's data, report its latest quarter, and say where the index is."""
    from csat_lib.report.batch import run as run_batch

    root = _root(obj)
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
@_debug_option
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
    root = _root(obj)
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


@cli.command()
@click.argument("study")
@click.argument("period", required=False)
@_debug_option
@click.pass_obj
def check(obj: Mapping[str, Any], study: str, period: str | None) -> None:
    """Check parameters, codebook, model and data, without running a notebook."""
    from csat_lib.report.plan import check_notebook, notebooks_of
    from csat_lib.study import load_study

    root = _root(obj)
    loaded = load_study(study, period, root=root)
    if period is None:
        for each in loaded.periods:
            load_study(study, each.name, root=root)
    folder = loaded.paths.root / "notebooks"
    notebooks = notebooks_of(loaded)
    for name in notebooks:
        check_notebook(folder / f"{name}.ipynb")
    click.echo(f"{loaded.name} {loaded.period}: {loaded.title('en')}")
    click.echo(
        f"parameters  {', '.join(path.name for path in loaded.paths.parameters)}"
        + ("" if period else f"; {_many(len(loaded.periods), 'period')}")
    )
    click.echo(f"codebook    {_many(len(loaded.codebook.items), 'item')}, {_many(len(loaded.codebook.attributes), 'attribute')}")
    click.echo(f"model       {_model(loaded)}")
    click.echo(f"notebooks   {', '.join(notebooks)}")
    _check_data(loaded)


def _model(study: Study) -> str:
    if study.structure is None:
        return "none"
    parts = (_many(len(study.structure.constructs), "construct"), _many(len(study.structure.paths), "path"))
    return f"{study.parameters.model}: {', '.join(parts)}"


def _check_data(study: Study) -> None:
    """What the data hold, and every finding, errors first."""
    from csat_lib.survey import load_survey

    survey = load_survey(study)
    weighted = "weighted" if survey.weights is not None else "unweighted"
    click.echo(f"data        {study.paths.data().name}: n = {len(survey):,}, {_many(survey.responses.shape[1], 'item')}, {weighted}")
    for row in survey.findings.table.itertuples():
        click.echo(f"  {row.severity:<8}{row.rule}: {row.detail}")
    counts = [_many(survey.findings.count(word), word) for word in ("error", "warning", "note")]
    click.echo(f"findings    {', '.join(counts)}")


@cli.command()
@click.argument("study")
@click.argument("period")
@_debug_option
@click.pass_obj
def new(obj: Mapping[str, Any], study: str, period: str) -> None:
    """Write a first parameter file for a new PERIOD of a study, and say where it is."""
    from csat_lib.study import write_period

    with _disk():
        click.echo(str(write_period(study, period, root=_root(obj))))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with the exit code that design and documentation promise."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_code(arguments))


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature of a handler
    """SIGTERM ends a command as Ctrl-C does."""
    raise KeyboardInterrupt


def _code(arguments: list[str] | None) -> int:
    logging.basicConfig(level=logging.WARNING, format=f"{PROGRAM}: %(message)s", stream=sys.stderr)
    logging.getLogger("csat_lib").setLevel(logging.INFO)
    for noisy in ("papermill", "asyncio", "traitlets"):  # what they say of a dead kernel, the batch says itself
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    before = os.environ.get("CSAT_DEBUG")
    try:
        result = cli.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped. What was published before is as it was.")
        return INTERRUPTED
    except CsatError as error:
        _complain(str(error))
        return _traced(error.exit_code)
    except Exception as error:  # noqa: BLE001  the last resort: one line, never a traceback nobody asked for
        _complain(f"{type(error).__name__}: {error}".splitlines()[0])
        if not os.environ.get("CSAT_DEBUG"):
            _complain("this is not an error csat knows. Add --debug to see where it comes from.")
        return _traced(EnvironmentFault.exit_code)
    finally:
        if before is None:
            os.environ.pop("CSAT_DEBUG", None)


def _traced(code: int) -> int:
    """Show the traceback of the error at hand, where it was asked for."""
    if os.environ.get("CSAT_DEBUG"):
        import traceback

        click.echo(traceback.format_exc(), err=True)
    return code


def _complain(message: str) -> None:
    for line in message.splitlines():
        click.echo(f"{PROGRAM}: {line}", err=True)


def _root(obj: Mapping[str, Any]) -> Path:
    from csat_lib.study import find_root

    return find_root(obj["root"])


def _generate_demo(root: Path) -> None:
    """The demo's data, where a quarter lacks them; equal seeds give equal bytes."""
    from csat_lib.simulate import PERIODS, company

    missing = [each for each in PERIODS if not (root / "data" / "demo" / "customers" / f"{each}.csv").is_file()]
    if missing:
        click.echo(f"Simulating {_many(len(missing), 'quarter')} of the demonstration company.", err=True)
        with _disk():
            company(root, seed=SEED, periods=missing)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"{error.filename}: {error.strerror}. Check free space and permissions.") from error


def _tell(reports: tuple[Report, ...]) -> None:
    for each in reports:
        click.echo(f"{each.status:<9} {each.period} {each.name}.{each.language}  {each.seconds:.1f} s")


def _withheld(reports: tuple[Report, ...]) -> None:
    """A published report with withheld sections has an exit code of its own."""
    told = dict.fromkeys(each.error for each in reports if each.status == "withheld")
    if told:
        raise ModelError("\n".join(["published, with sections withheld because the model cannot be trusted:", *told]))


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


if __name__ == "__main__":
    main()
