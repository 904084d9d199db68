"""The engine dask: notebooks on the workers of a Dask cluster, which share the project's folder with this machine."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from csat_lib.errors import EnvironmentFault, ParamsError
from csat_lib.report.engine import Engine, EngineName, Job, Ran, opened
from csat_lib.report.executed import first_line, read_notebook

RETRIES = 2
CONNECT = 30.0
_LOCAL = threading.Lock()
_ENGINE: list[Engine] = []


class Cluster:
    """Maps the jobs over a cluster; each worker runs its notebooks by its own usual engine.

    Parameters
    ----------
    scheduler : str, optional
        As in tcp://host:8786; None starts a cluster of this machine's processors for the run.

    Raises
    ------
    EnvironmentFault
        The package distributed is not installed.
    """

    name: ClassVar[EngineName] = "dask"

    def __init__(self, scheduler: str | None) -> None:
        try:
            importlib.import_module("distributed")
        except ImportError:
            raise EnvironmentFault("The engine dask needs the extra: pip install 'csat_lib[distributed]'.") from None
        if scheduler is not None and "://" not in scheduler:
            raise ParamsError(f"scheduler: {scheduler!r} is no address. Expected one such as tcp://host:8786.")
        self._scheduler = scheduler
        self._client: Any = None
        self._local: Any = None
        self._futures: dict[Path, Any] = {}

    def warm(self) -> None:
        """Workers warm up with their first notebook."""

    def prepare(self, jobs: Sequence[Job], *, timeout: float, workers: int) -> None:  # noqa: ARG002  the cluster has its own
        """Connect, and hand over all jobs: the cluster spreads them, and repeats one whose worker was lost."""
        from distributed import Client, LocalCluster

        try:
            local: Any = None if self._scheduler else LocalCluster(threads_per_worker=1, dashboard_address=None)  # type: ignore[no-untyped-call]
            self._client = Client(local or self._scheduler, timeout=CONNECT)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise EnvironmentFault(f"No Dask scheduler at {self._scheduler}: {first_line(error)}") from error
        self._local = local
        futures = self._client.map(on_worker, list(jobs), [timeout] * len(jobs), retries=RETRIES, pure=False)
        self._futures = dict(zip((job.target for job in jobs), futures, strict=True))

    def run(self, job: Job, timeout: float) -> Ran:  # noqa: ARG002  the worker has been told, and counts from when it starts
        """Wait for one notebook; a worker has ``timeout`` seconds for it from the time that it starts."""
        future = self._futures[job.target]
        try:
            ran: Ran = future.result()
        except Exception as error:  # noqa: BLE001  whatever a cluster raises is the machines' fault
            return Ran(EnvironmentFault(f"{job.title}: {type(error).__name__}: {first_line(error)}"))
        finally:
            with suppress(Exception):
                future.release()
        return ran

    def stop(self) -> None:
        """Take back what has not begun, and let go of the cluster; a second time there is nothing to do."""
        client, local, self._client, self._local = self._client, self._local, None, None
        if client is not None:
            with suppress(Exception):
                client.cancel(list(self._futures.values()), force=True)
            with suppress(Exception):
                client.run(end_on_worker)
            with suppress(Exception):
                client.close()
        if local is not None:
            with suppress(Exception):
                local.close()


def on_worker(job: Job, timeout: float = 600.0) -> Ran:
    """Run a notebook on the worker that this is called on, and send it back.

    Parameters
    ----------
    job : Job
        Its source and data lie on storage that the worker sees under the same path.
    timeout : float
        Seconds for the notebook.

    Raises
    ------
    EnvironmentFault
        The worker does not see the project's folder.
    """
    if not job.source.is_file() or not job.target.parent.is_dir():
        raise EnvironmentFault(f"{job.source} is not to be seen from this worker. Put the project on storage that all workers share.")
    with _LOCAL:
        if not _ENGINE:
            _ENGINE.append(opened(None))
    ran = _ENGINE[0].run(job, timeout)
    with suppress(OSError, ValueError):
        return replace(ran, notebook=read_notebook(job.target))
    return ran


def end_on_worker() -> None:
    """End what a worker keeps warm."""
    with _LOCAL:
        while _ENGINE:
            _ENGINE.pop().stop()
