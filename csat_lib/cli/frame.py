"""What every command shares: the group, --debug, the project's folder, and how faults of the disk are said."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from csat_lib import __version__
from csat_lib.errors import EnvironmentFault

F = TypeVar("F", bound=Callable[..., Any])

PROGRAM = "csat"


def _remember_debug(context: click.Context, parameter: click.Parameter, value: str | None) -> None:  # noqa: ARG001  click's signature
    if value:
        os.environ["CSAT_DEBUG"] = value


def debug_option(command: F) -> F:
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
@debug_option
@click.pass_context
def cli(context: click.Context, root: Path | None) -> None:
    """Customer satisfaction: from a quarter's survey to a report that can be defended."""
    context.obj = {"root": root}


def root_of(obj: Mapping[str, Any]) -> Path:
    """The project's folder: --root, or the nearest one upward that holds params/."""
    from csat_lib.study import find_root

    return find_root(obj["root"])


@contextmanager
def disk() -> Iterator[None]:
    """Say a fault of the disk in words."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"{error.filename}: {error.strerror}. Check free space and permissions.") from error


def many(count: int, word: str) -> str:
    """``3 periods``, ``1 period``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
