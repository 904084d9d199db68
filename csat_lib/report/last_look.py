"""The last look at a report before it is published: no personal data in any file, no hidden group that the tables give away."""

from __future__ import annotations

from pathlib import Path

from csat_lib.errors import DisclosureError
from csat_lib.report.privacy_scan import refuse_personal
from csat_lib.report.recovery import recoverable
from csat_lib.study import Study
from csat_lib.survey import Survey

LISTED = 5


def refuse_disclosure(folder: Path, study: Study, survey: Survey) -> None:
    """Refuse to publish a folder that would disclose somebody.

    Parameters
    ----------
    folder : Path
        Everything that would be published, tables in ``tables/``.
    study, survey : Study, Survey
        What it reports.

    Raises
    ------
    DisclosureError
        Names files and lines with personal data, or tables with groups that can be worked out; repeats neither.
    """
    refuse_personal(folder, study, survey)
    tables = {path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / "tables").glob("*.csv"))}
    below = study.parameters.suppress_below
    given_away = recoverable(tables, below=below, attributes=survey.attributes)
    if given_away:
        listed = "\n".join(f"{study.name} {study.period}: {each}" for each in given_away[:LISTED])
        raise DisclosureError(
            f"Hidden groups of fewer than {below} respondents could be worked out from the published counts, so nothing was published. "
            f"Join small segments in the data, or report one of the attributes that lie within each other:\n{listed}"
        )
