"""The batch: periods in, published reports out. What fails leaves the last good report as it was."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from csat_lib.errors import BatchError, CsatError, DisclosureError, ParamsError
from csat_lib.improvement import customer_book, write_customer_lists
from csat_lib.improvement.customer_book import REMEMBERED
from csat_lib.report import manifest, publish, site
from csat_lib.report.assemble import assemble
from csat_lib.report.due import checked, forget_failures, intended, same_for_all
from csat_lib.report.engine import Engine, Job, Outcome, Report, execute, opened
from csat_lib.report.executed import get_ready
from csat_lib.report.kept import harmless, keep_failed
from csat_lib.report.plan import Plan, in_turn
from csat_lib.report.runlog import Progress, RunLog, call_on_failure, checked_command, summary, write_failure
from csat_lib.study import find_root
from csat_lib.study.intents import Rerun, wanted_periods
from csat_lib.survey import load_history, write_rejected
from csat_lib.survey.rejected import rejected_file
from csat_lib.survey.remembered import forget

LIMIT = 600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _How:
    """What holds for a whole run."""

    engine: Engine
    workers: int
    timeout: float
    on_progress: Callable[[Report], None] | None
    record: RunLog


def run(
    study: str,
    periods: Sequence[str | int] | str | int | None = None,
    *,
    root: str | Path | None = None,
    only: Iterable[str] | None = None,
    language: str | None = None,
    workers: int | None = None,
    engine: str | Engine | None = None,
    scheduler: str | None = None,
    rerun: Rerun = "changed",
    on_failure: str | None = None,
    timeout: float = LIMIT,
    on_progress: Callable[[Report], None] | None = None,
) -> tuple[Report, ...]:
    """Run the notebooks of a study's periods and publish their reports under output/.

    Parameters
    ----------
    study : str
        A folder under params/.
    periods : str, int or sequence, optional
        None means the latest, "all" every one.
    root : path, optional
        The project's folder; by default the nearest one upward that holds params/.
    only : iterable of str, optional
        Notebooks to run; the period's other pages stay as they were published.
    language : {"en", "zh", "both"}, optional
        Of the pages; by default the study's own.
    workers : int, optional
        Notebooks at once; by default as many as there are processors.
    engine : {"fork", "kernel", "dask"} or Engine, optional
        What runs the notebooks; by default fork on Linux and kernel elsewhere. The pages are the same. One that is open already is
        stopped at the end, however the run ends.
    scheduler : str, optional
        Address of a Dask cluster, as in tcp://host:8786, for the engine dask.
    rerun : {"changed", "all"}
        Pages whose inputs changed since they were published, or all.
    on_failure : str, optional
        A command to call for every period that fails; study, period and error are its last arguments.
    timeout : float
        Seconds that one notebook may take.
    on_progress : callable, optional
        Called with every Report as soon as it is there.

    Returns
    -------
    tuple of Report
        One for each notebook that ran; the status "withheld" means published, with sections that say why their numbers are not shown.

    Raises
    ------
    CsatError
        One period asked for: its own error. Nothing new is published.
    BatchError
        Several asked for and some failed: the good ones are published, the bad ones listed.
    """
    runner = opened(engine, scheduler=scheduler)
    try:
        base = find_root(root)
        chosen = None if only is None else [only] if isinstance(only, str) else list(only)
        if workers is not None and workers < 1:
            raise ParamsError(f"workers: {workers} at once cannot run anything; at least 1.")
        command, asked = checked_command(on_failure), wanted_periods(study, periods, base)
        how = _How(runner, workers or os.cpu_count() or 1, timeout, on_progress, RunLog(base, study))
        return _recorded(study, asked, how, command=command, only=chosen, language=language, rerun=rerun, root=base)
    finally:
        runner.stop()
        forget()


def _recorded(
    study: str,
    asked: Sequence[str],
    how: _How,
    *,
    command: list[str],
    only: list[str] | None,
    language: str | None,
    rerun: Rerun,
    root: Path,
) -> tuple[Report, ...]:
    """Run, with an end in the log and a call for every period that failed."""
    failures: dict[str, CsatError] = {}
    try:
        reports = _run(study, asked, failures, how, only=only, language=language, rerun=rerun, root=root)
    except CsatError as error:
        failures = failures or dict.fromkeys(asked, error)
        raise
    finally:
        for period, fault in failures.items():
            how.record.failed(period, fault)
            call_on_failure(command, study, period, fault)
        how.record.write("end", failures=summary(failures))
    _raise(failures, asked)
    return tuple(reports)


def _run(
    study: str,
    asked: Sequence[str],
    failures: dict[str, CsatError],
    how: _How,
    *,
    only: list[str] | None,
    language: str | None,
    rerun: Rerun,
    root: Path,
) -> list[Report]:
    """Check everything, run what is due, publish; failures are collected by period."""
    intents = intended(study, asked, failures, root=root, only=only, language=language, rerun=rerun)
    for each in intents:
        due = [f"{page.name}.{page.language}" for page in each.due]
        reasons = sorted({reason for page in each.due for reason in page.reasons})
        how.record.write("plan", period=each.study.period.name, engine=how.engine.name, workers=how.workers, due=due, why=reasons)
    forget_failures([each for each in intents if not each.due and only is None])
    if any(each.due for each in intents):
        how.engine.warm()
    plans = checked([each for each in intents if each.due], failures)
    same_for_all(failures, asked)
    output = root / "output"
    mended = publish.recover(output) if output.is_dir() else []
    reports: list[Report] = []
    with _terminated_like_interrupted(), ExitStack() as stack:
        ready = [each for each in plans if _reserved(each, stack, failures)]
        published = False
        if ready:
            for done in _work(ready, failures, how):
                reports += done
                published = True
        if published or mended:
            site.write_index(output)
    return reports


def run_all(
    jobs: Sequence[Job], *, workers: int, timeout: float, begun: Callable[[Job], None], engine: Engine
) -> Generator[Outcome, None, None]:
    """Outcomes as they come, ``workers`` notebooks at once; whoever stops asking kills those that run.

    Parameters
    ----------
    jobs : sequence of Job
        Started in this order.
    workers : int
        Notebooks at once.
    timeout : float
        Seconds for one notebook.
    begun : callable
        Called with a job when it starts.
    engine : Engine
        What runs them; it is stopped at the end.
    """

    def one(job: Job) -> Outcome:
        begun(job)
        return execute(job, watch=engine, timeout=timeout)

    engine.prepare(jobs, timeout=timeout, workers=workers)
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="csat")
    try:
        waiting: set[Future[Outcome]] = {pool.submit(one, job) for job in jobs}
        get_ready()
        while waiting:
            done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        engine.stop()
        pool.shutdown(wait=True, cancel_futures=True)


def _reserved(each: Plan, stack: ExitStack, failures: dict[str, CsatError]) -> bool:
    """Hold the period and give it a staging folder."""
    try:
        with ExitStack() as attempt:
            attempt.enter_context(publish.held(each.place))
            publish.mend(each.place)
            staging = attempt.enter_context(publish.staged(each.place))
            (staging / "notebooks").mkdir()
            stack.push(attempt.pop_all())
    except CsatError as error:
        failures[each.place.period] = error
        return False
    return True


def _work(plans: Sequence[Plan], failures: dict[str, CsatError], how: _How) -> Iterator[list[Report]]:
    """Run everything; publish a period as soon as its last notebook is there. Yields the reports of each published period."""
    start = datetime.now(tz=UTC)
    jobs = [job for each in plans for job in in_turn(each.jobs)]
    home = {job.target: each for each in plans for job in each.jobs}
    done: dict[str, list[Outcome]] = {each.place.period: [] for each in plans}
    workers = min(how.workers, len(jobs))
    with (
        Progress(len(jobs), how.record) as progress,
        closing(run_all(jobs, workers=workers, timeout=how.timeout, begun=progress.begun, engine=how.engine)) as outcomes,
    ):
        for outcome in outcomes:
            progress.ended(outcome)
            if how.on_progress is not None:
                how.on_progress(outcome.report)
            each = home[outcome.job.target]
            finished = done[each.place.period]
            finished.append(outcome)
            if len(finished) < len(each.jobs):
                continue
            finished.sort(key=lambda one: each.jobs.index(one.job))
            try:
                _finish(each, finished, start)
            except CsatError as error:
                failures[each.place.period] = error
            else:
                how.record.write("published", period=each.place.period, pages=len(finished))
                yield [one.report for one in finished]
            finally:
                done[each.place.period] = []  # executed notebooks are large


def _finish(each: Plan, outcomes: Sequence[Outcome], start: datetime) -> None:
    """Publish a period, or keep its failed notebooks and raise."""
    failed = [outcome for outcome in outcomes if outcome.fault is not None]
    if failed:
        keep_failed(each.place, failed, each.study, each.survey)
        faults = [outcome.fault for outcome in failed if outcome.fault is not None]
        first = next((fault for fault in faults if isinstance(fault, DisclosureError)), faults[0])
        error = harmless(type(first)("\n".join(str(fault) for fault in faults)), each.study, each.survey)
        write_failure(each.place.failed, error)
        raise error
    manifest.unchanged(each.study, each.inputs, each.sources)
    assemble(each, outcomes, start=start)
    publish.publish(each.place)
    if len(each.survey.rejected) or rejected_file(each.study).is_file():
        write_rejected(each.study, each.survey)
    _list_customers(each)


def _list_customers(each: Plan) -> None:
    """Write the lists that name customers, for the staff only; the page says itself what is wrong with a customer list."""
    if each.study.parameters.customers is None or not each.study.paths.has_data("accounts"):
        return
    try:
        write_customer_lists(each.study, customer_book(each.study, load_history(each.study, periods=REMEMBERED)))
    except CsatError as error:
        _log.warning("%s %s: no customer lists: %s", each.study.name, each.study.period, error)


def _raise(failures: Mapping[str, CsatError], asked: Sequence[str]) -> None:
    if not failures:
        return
    if len(asked) == 1:
        raise failures[asked[0]]
    lines = [f"{period}: {line}" for period in asked if period in failures for line in str(failures[period]).splitlines()]
    raise BatchError("\n".join([f"{len(failures)} of {len(asked)} periods failed; the others are published.", *lines]))


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends a batch as Ctrl-C does: kernels killed, staging removed."""

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  the signature of a handler
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
