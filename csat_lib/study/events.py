"""Known events of a study: when they were, what they concern, and which of some periods they cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from csat_lib.errors import ParamsError, nearest
from csat_lib.study.period import Period
from csat_lib.study.settings import Event


def check_events(events: Mapping[str, Event], known: Sequence[Period], figures: Iterable[str], where: str) -> None:
    """Refuse an event in a period that the study does not have, one that ends before it begins, and one of an unknown figure.

    Parameters
    ----------
    events : mapping of str to Event
        By name.
    known : sequence of Period
        The study's periods.
    figures : iterable of str
        The constructs of its model and the items of its codebook.
    where : str
        The file, for the message.
    """
    ends = {each.name: each for each in known}
    names = list(figures)
    for name, event in events.items():
        for key, period in (("first", event.first), ("last", event.last)):
            if period is not None and period not in ends:
                raise ParamsError(f"{where}: events: {name}: {key}: no period {period!r}.{nearest(period, ends)}")
        if event.last is not None and ends[event.last].end < ends[event.first].end:
            raise ParamsError(f"{where}: events: {name}: it ends ({event.last}) before it begins ({event.first}).")
        for figure in event.concerns:
            if figure not in names:
                raise ParamsError(f"{where}: events: {name}: concerns: no construct or item {figure!r}.{nearest(figure, names)}")


def covered(event: Event, known: Sequence[Period], periods: Iterable[str]) -> tuple[str, ...]:
    """Those of ``periods`` that lie within an event, which may last.

    Parameters
    ----------
    event : Event
        From study.yaml.
    known : sequence of Period
        The study's periods.
    periods : iterable of str
        Names of some of them, in any order.
    """
    ends = {each.name: each for each in known}
    start = ends[event.first].start
    end = None if event.last is None else ends[event.last].end
    inside = [name for name, each in ends.items() if each.start >= start and (end is None or each.end <= end)]
    return tuple(name for name in periods if name in inside)
