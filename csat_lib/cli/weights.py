"""Commands about the weights of a study's indicators: list, template, make, compare, use, lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from csat_lib.cli.frame import cli, debug_option, disk, root_of
from csat_lib.errors import NotInStudyError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from csat_lib.index.ahp import Method
    from csat_lib.index.group_ahp import Aggregate
    from csat_lib.study import Study

MARKS = {"in use": "*", "does not fit": "!", "": " "}


class _Weights(click.Group):
    """``csat weights STUDY`` lists; its other commands are named."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        words = [each for each in args if not each.startswith("-")]
        if words and words[0] not in self.commands:
            if len(words) > 1:
                raise click.UsageError(f"No command {words[0]!r}.{nearest(words[0], self.commands)}", context)
            args = ["list", *args]
        return super().parse_args(context, args)


@cli.group(cls=_Weights)
@debug_option
def weights() -> None:
    """List, compare, make and switch the weights of a study's indicators.

    csat weights STUDY lists the study's sets.
    """


@weights.command("list")
@click.argument("study")
@debug_option
@click.pass_obj
def list_(obj: Mapping[str, Any], study: str) -> None:
    """List the sets of STUDY: author, date, method, locked periods, hash."""
    from csat_lib.report.weightsets import listed_sets

    loaded = _study(obj, study)
    table = listed_sets(loaded)
    lines = [
        [
            f"{MARKS[row['verdict']]} {row['weights']}",
            str(row["author"] or "-"),
            str(row["date"] or "-"),
            str(row["method"] or "-"),
            _span(row["locked"]),
            str(row["hash"])[:12] or "-",
        ]
        for row in table.to_dict("records")
    ]
    _show(["  set", "author", "date", "method", "locked", "hash"], lines, numbers=0)
    click.echo(f"* in use in {loaded.period}. Besides: indicators (as in indicators.yaml), equal.")
    for fault in table.loc[table["fault"] != "", "fault"]:
        click.echo(f"! {fault}")


@weights.command()
@click.argument("study")
@click.option("--file", type=click.Path(path_type=Path), metavar="FILE", help="The workbook to write; by default STUDY-weights.xlsx here.")
@click.option("--expert", default="", metavar="NAME", help="Who will fill it.")
@debug_option
@click.pass_obj
def template(obj: Mapping[str, Any], study: str, *, file: Path | None, expert: str) -> None:
    """Write the workbook in which an expert of STUDY compares its indicators in pairs."""
    from csat_lib.errors import ParamsError
    from csat_lib.index import load_tree, write_expert_template

    tree = load_tree(_study(obj, study))
    path = file or Path(f"{study}-weights.xlsx")
    if path.exists():
        raise ParamsError(f"{path}: exists already. Name another file with --file.")
    with disk():
        write_expert_template(path, tree.siblings(), labels={node.name: node.label for node in tree.nodes}, expert=expert)
    click.echo(str(path))


@weights.command()
@click.argument("study")
@click.argument("name")
@click.option(
    "--from", "files", type=click.Path(path_type=Path), multiple=True, required=True, metavar="FILE", help="Judgements; repeat it."
)
@click.option("--author", required=True, help="Who sets the weights.")
@click.option("--reason", required=True, help="Why.")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="When; by default today.")
@click.option("--method", type=click.Choice(["ahp"]), default="ahp", show_default=True, help="How weights follow from judgements.")
@click.option(
    "--aggregate", type=click.Choice(["judgements", "priorities"]), default="judgements", show_default=True, help="What is averaged."
)
@click.option(
    "--prioritisation",
    type=click.Choice(["eigenvector", "geometric", "arithmetic"]),
    default="eigenvector",
    show_default=True,
    help="Of AHP.",
)
@click.option("--random-index", default="saaty", show_default=True, help="The table of random indices.")
@debug_option
@click.pass_obj
def make(
    obj: Mapping[str, Any],
    study: str,
    name: str,
    *,
    files: Sequence[Path],
    author: str,
    reason: str,
    date: dt.datetime | None,
    method: str,
    aggregate: str,
    prioritisation: str,
    random_index: str,
) -> None:
    """Make the set NAME of STUDY from experts' judgements; inconsistent ones are refused, with what to revisit."""
    from csat_lib.report.weightsets import judged_set

    del method  # AHP is what files of judgements are for
    loaded = _study(obj, study)
    with disk():
        made, panel = judged_set(
            loaded,
            name,
            list(files),
            author=author,
            reason=reason,
            date=(date or dt.datetime.now(tz=dt.UTC)).date(),
            aggregate=cast("Aggregate", aggregate),
            prioritisation=cast("Method", prioritisation),
            random_index=random_index,
        )
    worst = panel.table.sort_values("consistency_ratio").iloc[-1]
    click.echo(f"params/{study}/weights/{name}.yaml  {made.hash[:12]}")
    told = f"{worst['consistency_ratio']:.3f} ({worst['parent']}, {worst['expert']})"
    click.echo(f"Largest consistency ratio {told}, random index {panel.random_index}. To use it: csat weights use {study} {name}")


@weights.command()
@click.argument("study")
@click.argument("first")
@click.argument("second")
@click.option("--by", metavar="SEGMENT", help="Whose groups are ranked; by default the study's first segment.")
@click.option("--periods", type=click.IntRange(min=1), default=8, show_default=True, help="How far back the index is restated.")
@debug_option
@click.pass_obj
def compare(obj: Mapping[str, Any], study: str, first: str, second: str, *, by: str | None, periods: int) -> None:
    """Show what changes in STUDY from the set FIRST to the set SECOND: every node, the index of all periods, the ranks."""
    from csat_lib.report.setfigures import compare_sets
    from csat_lib.report.weightsets import chosen, trees_of
    from csat_lib.survey import load_history

    loaded = _study(obj, study)
    trees = trees_of(loaded)
    for name in (first, second):
        chosen(trees, name)
    segment = by or next(iter(loaded.parameters.segments), None)
    found = compare_sets(loaded, load_history(loaded, periods=periods), first, second, by=segment)
    rows = [
        [f"{'  ' * (row['level'] - 2)}{row['node']}", *(f"{row[key]:.4f}" for key in ("first", "second")), f"{row['difference']:+.4f}"]
        for row in found.nodes.to_dict("records")
    ]
    _show(["Weight within the parent", first, second, "difference"], rows)
    _show(["Index", *dict.fromkeys((first, second, "equal")), "difference"], _restated(found.history, first, second))
    if len(found.ranks):
        rows = [
            [str(row["segment"]), f"{row['first']:.2f}", f"{row['second']:.2f}", f"{row['first_rank']} -> {row['second_rank']}"]
            for row in found.ranks.to_dict("records")
        ]
        _show([f"Index by {segment}, {loaded.period}", first, second, "rank"], rows)
        agree = found.agreement.set_index("metric")["estimate"]
        click.echo(f"Spearman {agree['spearman']:.3f}, Kendall {agree['kendall']:.3f}, mean shift {agree['mean_rank_shift']:.2f} places")


@weights.command()
@click.argument("study")
@click.argument("name", metavar="SET")
@click.option("--period", metavar="PERIOD", help="Only this period; by default every one that is not locked and names no set of its own.")
@debug_option
@click.pass_obj
def use(obj: Mapping[str, Any], study: str, name: str, *, period: str | None) -> None:
    """Score STUDY with SET from now on; locked periods keep what they were published with."""
    from csat_lib.report.weightsets import set_in_use, sets_in_use, use_set
    from csat_lib.study import load_study

    root = root_of(obj)
    loaded = load_study(study, period, root=root)
    before = set_in_use(loaded)
    with disk():
        path = use_set(loaded, name, period=period)
    click.echo(f"{path.relative_to(root.resolve()).as_posix()}: weight_set: {name} (was {before})")
    again = load_study(study, period, root=root)
    open_ = [each for each, used in sets_in_use(again, [each.name for each in again.periods]).items() if used == name]
    click.echo(f"Scored with it: {', '.join(open_) or 'no period yet'}.")
    click.echo(f"What it changes: csat weights compare {study} {before} {name}")


@weights.command()
@click.argument("study")
@click.argument("name", metavar="SET")
@click.argument("periods", metavar="PERIOD...", nargs=-1, required=True)
@debug_option
@click.pass_obj
def lock(obj: Mapping[str, Any], study: str, name: str, *, periods: Sequence[str]) -> None:
    """Lock PERIOD..., scored with SET and published, so that they keep it whatever STUDY is scored with later."""
    from csat_lib.report.weightlock import lock_set

    loaded = _study(obj, study)
    with disk():
        path, locked = lock_set(loaded, name, periods)
    click.echo(f"{path.relative_to(root_of(obj).resolve()).as_posix()}: locked for {_span(', '.join(locked))}")


def _study(obj: Mapping[str, Any], study: str) -> Study:
    """The study in its latest period, which must have an indicator system."""
    from csat_lib.study import load_study

    loaded = load_study(study, root=root_of(obj))
    if not (loaded.paths.params / "indicators.yaml").is_file():
        raise NotInStudyError(f"{study} has no indicator system, so it has no weights. Write params/{study}/indicators.yaml.")
    return loaded


def _restated(history: pd.DataFrame, first: str, second: str) -> list[list[str]]:
    """Every period under each set."""
    wide = history.pivot_table(index="period", columns="weights", values="estimate", sort=False)
    columns = list(dict.fromkeys((first, second, "equal")))
    return [[str(period), *(f"{row[name]:.2f}" for name in columns), f"{row[second] - row[first]:+.2f}"] for period, row in wide.iterrows()]


def _span(locked: str) -> str:
    """``2022Q4 ... 2026Q2 (15)`` for many periods."""
    periods = locked.split(", ") if locked else []
    return locked or "-" if len(periods) <= 2 else f"{periods[0]} ... {periods[-1]} ({len(periods)})"


def _show(heads: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 1) -> None:
    """A table; columns from ``numbers`` on stand at the right (0: all at the left)."""
    widths = [max(len(line[place]) for line in [heads, *rows]) for place in range(len(heads))]
    click.echo("")
    for line in [heads, *rows]:
        cells = [
            f"{text:>{width}}" if numbers and place >= numbers else f"{text:<{width}}"
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
