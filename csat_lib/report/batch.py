"""The batch: periods in, published reports out. What fails leaves the last good report as it was."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from tqdm import tqdm

from csat_lib.errors import BatchError, CsatError, DisclosureError, ParamsError
from csat_lib.improvement import customer_book, write_customer_lists
from csat_lib.improvement.customer_book import REMEMBERED
from csat_lib.report import manifest, publish, site
from csat_lib.report.assemble import assemble
from csat_lib.report.engine import Job, Outcome, Report, Watch, execute
from csat_lib.report.executed import write_notebook
from csat_lib.report.plan import Plan, plan, wanted_periods
from csat_lib.study import find_root
from csat_lib.survey import load_history, write_rejected
from csat_lib.survey.rejected import rejected_file

LIMIT = 600.0
_log = logging.getLogger(__name__)


def run(
    study: str,
    periods: Sequence[str | int] | str | int | None = None,
    *,
    root: str | Path | None = None,
    only: Iterable[str] | None = None,
    language: str | None = None,
    workers: int | None = None,
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
        Kernels at once; by default as many as there are processors.
    timeout : float
        Seconds that one notebook may take.
    on_progress : callable, optional
        Called with every Report as soon as it is there.

    Returns
    -------
    tuple of Report
        One for each notebook; the status "withheld" means published, with sections that say why their numbers are not shown.

    Raises
    ------
    CsatError
        One period asked for: its own error. Nothing new is published.
    BatchError
        Several asked for and some failed: the good ones are published, the bad ones listed.
    """
    base = find_root(root)
    chosen = None if only is None else [only] if isinstance(only, str) else list(only)
    if workers is not None and workers < 1:
        raise ParamsError(f"workers: {workers} kernels cannot run anything; at least 1.")
    asked = wanted_periods(study, periods, base)
    failures: dict[str, CsatError] = {}
    plans = _checked(study, asked, failures, root=base, only=chosen, language=language)
    output = base / "output"
    mended = publish.recover(output) if output.is_dir() else []
    reports: list[Report] = []
    with _terminated_like_interrupted(), ExitStack() as stack:
        ready = [each for each in plans if _reserved(each, stack, failures)]
        published = False
        if ready:
            for done in _work(ready, failures, workers=workers, timeout=timeout, on_progress=on_progress):
                reports += done
                published = True
        if published or mended:
            site.write_index(output)
    _raise(failures, asked)
    return tuple(reports)


def run_all(jobs: Sequence[Job], *, workers: int, timeout: float, begun: Callable[[Job], None]) -> Generator[Outcome, None, None]:
    """Outcomes as they come, ``workers`` kernels at once; whoever stops asking kills those that run.

    Parameters
    ----------
    jobs : sequence of Job
        Started in this order.
    workers : int
        Kernels at once.
    timeout : float
        Seconds for one notebook.
    begun : callable
        Called with a job when it starts.
    """
    watch = Watch()

    def one(job: Job) -> Outcome:
        begun(job)
        return execute(job, watch=watch, timeout=timeout)

    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="csat")
    try:
        waiting: set[Future[Outcome]] = {pool.submit(one, job) for job in jobs}
        while waiting:
            done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    finally:
        watch.stop()
        pool.shutdown(wait=True, cancel_futures=True)


def _checked(
    study: str, asked: Sequence[str], failures: dict[str, CsatError], *, root: Path, only: list[str] | None, language: str | None
) -> list[Plan]:
    """The periods that pass every cheap check; what one check refuses for all is raised at once."""
    plans = []
    for period in asked:
        try:
            plans.append(plan(study, period, root=root, only=only, language=language))
        except CsatError as error:
            failures[period] = error
    told = {(type(error), str(error)) for error in failures.values()}
    if len(failures) == len(asked) and len(told) == 1:
        raise next(iter(failures.values()))
    return plans


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


def _work(
    plans: Sequence[Plan],
    failures: dict[str, CsatError],
    *,
    workers: int | None,
    timeout: float,
    on_progress: Callable[[Report], None] | None,
) -> Iterator[list[Report]]:
    """Run everything; publish a period as soon as its last notebook is there. Yields the reports of each published period."""
    start = datetime.now(tz=UTC)
    jobs = [job for each in plans for job in each.jobs]
    home = {job.target: each for each in plans for job in each.jobs}
    done: dict[str, list[Outcome]] = {each.place.period: [] for each in plans}
    kernels = min(workers or os.cpu_count() or 1, len(jobs))
    with _Progress(len(jobs)) as progress, closing(run_all(jobs, workers=kernels, timeout=timeout, begun=progress.begun)) as outcomes:
        for outcome in outcomes:
            progress.ended(outcome)
            if on_progress is not None:
                on_progress(outcome.report)
            each = home[outcome.job.target]
            finished = done[each.place.period]
            finished.append(outcome)
            if len(finished) < len(each.jobs):
                continue
            finished.sort(key=lambda one: jobs.index(one.job))
            try:
                _finish(each, finished, start)
            except CsatError as error:
                failures[each.place.period] = error
            else:
                yield [one.report for one in finished]


def _finish(each: Plan, outcomes: Sequence[Outcome], start: datetime) -> None:
    """Publish a period, or keep its failed notebooks and raise."""
    failed = [outcome for outcome in outcomes if outcome.fault is not None]
    if failed:
        _keep(each.place, failed)
        faults = [outcome.fault for outcome in failed if outcome.fault is not None]
        first = next((fault for fault in faults if isinstance(fault, DisclosureError)), faults[0])
        raise type(first)("\n".join(str(fault) for fault in faults))
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


def _keep(place: publish.Place, failed: Sequence[Outcome]) -> None:
    """Keep failed notebooks beside the study's periods, where no page links to them."""
    with publish.faults(place.failed):
        publish.refuse_links(place)
        shutil.rmtree(place.failed, ignore_errors=True)
        for outcome in failed:
            if outcome.notebook is None:
                continue
            if isinstance(outcome.fault, DisclosureError):
                for cell in outcome.notebook.cells:
                    cell.update({"outputs": []} if cell.cell_type == "code" else {})
            place.failed.mkdir(parents=True, exist_ok=True)
            path = place.failed / f"{outcome.job.name}.failed.ipynb"
            write_notebook(outcome.notebook, path)
            _log.warning("%s failed; it is kept as %s", outcome.job.title, path)


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


class _Progress:
    """A bar on a terminal, a line a job in the log elsewhere."""

    def __init__(self, total: int) -> None:
        self.visible = sys.stderr.isatty()
        layout = "{percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}, {remaining} to go{postfix}]"
        self.bar = tqdm(total=total, bar_format=layout, disable=not self.visible, dynamic_ncols=True, leave=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.bar.close()

    def begun(self, job: Job) -> None:
        self.bar.set_postfix_str(job.title)

    def ended(self, outcome: Outcome) -> None:
        self.bar.update()
        if not self.visible:
            report = outcome.report
            _log.info("%s: %s in %.1f s%s", outcome.job.title, report.status, report.seconds, f": {report.error}" if report.error else "")
