"""How it is told: pages, tables, charts, disclosure control, HTML."""

from csat_lib.report import (
    charts,
    disclosure,
    driver_sentences,
    driving,
    expectations,
    followed,
    graded,
    keyfigures,
    lab,
    moved,
    movement_sentences,
    sentences,
    setfigures,
    structural,
    tables,
    tracked,
    tracking_sentences,
    treefigures,
    weightsets,
)
from csat_lib.report.batch import run
from csat_lib.report.engine import Report
from csat_lib.report.exhibits import Exhibit
from csat_lib.report.page import Page, open_page
from csat_lib.report.plan import Plan, plan
from csat_lib.report.render import Harvest, harvest, to_html
from csat_lib.report.site import write_index

__all__ = [
    "Exhibit",
    "Harvest",
    "Page",
    "Plan",
    "Report",
    "charts",
    "disclosure",
    "driver_sentences",
    "driving",
    "expectations",
    "followed",
    "graded",
    "harvest",
    "keyfigures",
    "lab",
    "moved",
    "movement_sentences",
    "open_page",
    "plan",
    "run",
    "sentences",
    "setfigures",
    "structural",
    "tables",
    "to_html",
    "tracked",
    "tracking_sentences",
    "treefigures",
    "weightsets",
    "write_index",
]
