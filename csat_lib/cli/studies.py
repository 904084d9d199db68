"""Commands about a study's parameters: check and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from csat_lib.cli.frame import cli, debug_option, disk, many, root_of
from csat_lib.errors import NotInStudyError

if TYPE_CHECKING:
    from csat_lib.study import Study


@cli.command()
@click.argument("study")
@click.argument("period", required=False)
@debug_option
@click.pass_obj
def check(obj: Mapping[str, Any], study: str, period: str | None) -> None:
    """Check parameters, codebook, model and data, without running a notebook."""
    from csat_lib.study import check_notebook, load_study, notebooks_of

    root = root_of(obj)
    loaded = load_study(study, period, root=root)
    if period is None:
        for each in loaded.periods:
            load_study(study, each.name, root=root)
    folder = loaded.paths.root / "notebooks"
    notebooks = notebooks_of(loaded)
    for name in notebooks:
        check_notebook(folder / f"{name}.ipynb")
    click.echo(f"{loaded.name} {loaded.period}: {loaded.title('en')}")
    click.echo(
        f"parameters  {', '.join(path.name for path in loaded.paths.parameters)}"
        + ("" if period else f"; {many(len(loaded.periods), 'period')}")
    )
    click.echo(f"codebook    {many(len(loaded.codebook.items), 'item')}, {many(len(loaded.codebook.attributes), 'attribute')}")
    click.echo(f"model       {_model(loaded)}")
    click.echo(f"indicators  {_indicators(loaded, [each.name for each in loaded.periods] if period is None else [loaded.period.name])}")
    click.echo(f"notebooks   {', '.join(notebooks)}")
    click.echo(f"actions     {_actions(loaded)}")
    _check_data(loaded)


def _actions(study: Study) -> str:
    """How many actions the register holds, and how many are overdue at the period's end; incentives are checked beside."""
    from csat_lib.improvement import listed, load_actions
    from csat_lib.report.plan import check_registers

    check_registers(study)
    try:
        table = listed(load_actions(study), as_of=study.period.end)
    except NotInStudyError:
        return "none"
    return f"{many(len(table), 'action')}, {int((table['days_late'] > 0).sum())} overdue on {study.period.end}"


def _model(study: Study) -> str:
    if study.structure is None:
        return "none"
    parts = (many(len(study.structure.constructs), "construct"), many(len(study.structure.paths), "path"))
    return f"{study.parameters.model}: {', '.join(parts)}"


def _indicators(study: Study, periods: Sequence[str]) -> str:
    """The indicator system and the weights of the study's period; a set that some period needs and that does not fit is an error."""
    if not (study.paths.params / "indicators.yaml").is_file():
        return "none"
    from csat_lib.report.weightsets import checked_sets

    found = checked_sets(study, periods)
    if found is None:
        return "none"
    tree, sets, used, faults = found
    told = f"{many(len(tree.nodes) - 1, 'node')}, {many(len(tree.leaves), 'item')}; {many(len(sets), 'weight set')}, {used} in use"
    return "\n".join([told, *(f"  warning weight_set: {fault}" for fault in faults)])


def _check_data(study: Study) -> None:
    """What the data hold, and every finding, errors first."""
    from csat_lib.survey import load_survey, write_rejected

    survey = load_survey(study)
    file = survey.origin.path.name if survey.origin else "-"
    weighted = "weighted" if survey.weights is not None else "unweighted"
    click.echo(f"data        {file}: n = {len(survey):,}, {many(survey.responses.shape[1], 'item')}, {weighted}")
    seen, published = survey.findings.table, survey.findings.published()
    for table in (seen[seen["rule"] != "missing_code"], published[published["rule"] == "missing_code"]):
        for row in table.itertuples():
            click.echo(f"  {row.severity:<8}{row.rule}: {row.detail}")
    counts = [many(survey.findings.count(word), word) for word in ("error", "warning", "note")]
    click.echo(f"findings    {', '.join(counts)}")
    if len(survey.rejected):
        kept = write_rejected(study, survey)
        click.echo(f"rejected    {many(len(survey.rejected), 'answer')} in {kept.relative_to(study.paths.root)}")


@cli.command()
@click.argument("study")
@click.argument("period")
@debug_option
@click.pass_obj
def new(obj: Mapping[str, Any], study: str, period: str) -> None:
    """Write a first parameter file for a new PERIOD of a study, and say where it is."""
    from csat_lib.study import write_period

    with disk():
        click.echo(str(write_period(study, period, root=root_of(obj))))
