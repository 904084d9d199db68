"""Studies to start from: the trades under params/templates, copied into a new study."""

from __future__ import annotations

from pathlib import Path

from csat_lib.errors import ParamsError, nearest
from csat_lib.study import find_root, parse_period, read_yaml
from csat_lib.survey.draft import check_new, write_study


def template_names(root: str | Path | None = None) -> list[str]:
    """The trades that params/templates holds."""
    return sorted(each.parent.name for each in (find_root(root) / "params" / "templates").glob("*/study.yaml"))


def start_from_template(study: str, trade: str, period: str, *, root: str | Path | None = None) -> Path:
    """A new study with a trade's codebook, indicators, complaint categories and its first period; its folder is returned.

    Raises
    ------
    ParamsError
        The study exists, a name is wrong, or there is no such template (the nearest is named).
    """
    base = find_root(root)
    name, known = check_new(study, base), template_names(base)
    if trade not in known:
        raise ParamsError(f"No template {trade!r} in params/templates.{nearest(trade, known)}")
    if not period.startswith("special-"):
        parse_period(period)
    files = sorted((base / "params" / "templates" / trade).glob("*.yaml"))
    for each in files:
        read_yaml(each)
    return write_study(name, {each.name: each.read_text(encoding="utf-8") for each in files}, period, base)
