"""How it is told: pages, tables, charts, disclosure control, HTML.

Every part is imported when it is first asked for: a command that only publishes needs no charts, and an engine warms up at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from csat_lib.report import (
        across,
        acting,
        briefing,
        charts,
        clientele,
        complained,
        departments,
        disclosure,
        driver_sentences,
        driving,
        expectations,
        followed,
        graded,
        grounds,
        improvement_sentences,
        keyfigures,
        lab,
        levels,
        moved,
        movement_sentences,
        rewards,
        sentences,
        setfigures,
        sliders,
        structural,
        tables,
        tracked,
        tracking_sentences,
        treefigures,
        voice_sentences,
        voiced,
        weightsets,
        yearly,
    )
    from csat_lib.report.attempts import Attempt, attempt
    from csat_lib.report.batch import run
    from csat_lib.report.engine import Report
    from csat_lib.report.exhibits import Exhibit
    from csat_lib.report.page import Page, open_page
    from csat_lib.report.plan import Plan
    from csat_lib.report.render import Harvest, harvest, to_html
    from csat_lib.report.site import write_index

_HOME = {
    "Attempt": "attempts",
    "attempt": "attempts",
    "run": "batch",
    "Report": "engine",
    "Exhibit": "exhibits",
    "Page": "page",
    "open_page": "page",
    "Plan": "plan",
    "Harvest": "render",
    "harvest": "render",
    "to_html": "render",
    "write_index": "site",
}

__all__ = [
    "Attempt",
    "Exhibit",
    "Harvest",
    "Page",
    "Plan",
    "Report",
    "across",
    "acting",
    "attempt",
    "briefing",
    "charts",
    "clientele",
    "complained",
    "departments",
    "disclosure",
    "driver_sentences",
    "driving",
    "expectations",
    "followed",
    "graded",
    "grounds",
    "harvest",
    "improvement_sentences",
    "keyfigures",
    "lab",
    "levels",
    "moved",
    "movement_sentences",
    "open_page",
    "rewards",
    "run",
    "sentences",
    "setfigures",
    "sliders",
    "structural",
    "tables",
    "to_html",
    "tracked",
    "tracking_sentences",
    "treefigures",
    "voice_sentences",
    "voiced",
    "weightsets",
    "write_index",
    "yearly",
]


def __getattr__(name: str) -> object:
    """Load a part, or the part of a name, when it is first used (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"csat_lib.report has no attribute {name!r}")
    if name in _HOME:
        value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted(__all__)
