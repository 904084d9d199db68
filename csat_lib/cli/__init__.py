"""The ``csat`` command. Rooms are imported by the command that needs them, so that help answers at once."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

import click

from csat_lib.cli import (  # noqa: F401  importing a file of commands adds them
    actions,
    init,
    intake,
    models,
    planning,
    published,
    reports,
    studies,
    weights,
)
from csat_lib.cli.frame import PROGRAM, cli
from csat_lib.errors import CsatError, EnvironmentFault

INTERRUPTED = 130
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and end the process with the exit code that design and documentation promise."""
    for name in ONE_THREAD:  # before numpy is imported: equal input gives byte-equal tables
        os.environ.setdefault(name, "1")
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
