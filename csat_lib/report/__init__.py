"""How it is told: pages, tables, charts, disclosure control, HTML."""

from csat_lib.report import (
    briefing,
    charts,
    disclosure,
    driver_sentences,
    driving,
    expectations,
    graded,
    grounds,
    keyfigures,
    lab,
    levels,
    moved,
    sentences,
    setfigures,
    sliders,
    structural,
    tables,
    tracked,
    tracking_sentences,
    treefigures,
    weightsets,
    yearly,
)
from csat_lib.report.attempts import Attempt, attempt
from csat_lib.report.batch import run
from csat_lib.report.engine import Report
from csat_lib.report.exhibits import Exhibit
from csat_lib.report.page import Page, open_page
from csat_lib.report.plan import Plan, plan
from csat_lib.report.render import Harvest, harvest, to_html
from csat_lib.report.site import write_index

__all__ = [
    "Attempt",
    "Exhibit",
    "Harvest",
    "Page",
    "Plan",
    "Report",
    "attempt",
    "briefing",
    "charts",
    "disclosure",
    "driver_sentences",
    "driving",
    "expectations",
    "graded",
    "grounds",
    "harvest",
    "keyfigures",
    "lab",
    "levels",
    "moved",
    "open_page",
    "plan",
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
    "weightsets",
    "write_index",
    "yearly",
]
