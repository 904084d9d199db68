"""Commands about a study's actions: list, add, close, propose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from csat_lib.cli.frame import cli, debug_option, disk, root_of
from csat_lib.errors import NotInStudyError, ParamsError, nearest

if TYPE_CHECKING:
    from csat_lib.study import Study

DAY = click.DateTime(["%Y-%m-%d"])


class _Actions(click.Group):
    """``csat actions STUDY`` lists; its other commands are named."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        words = [each for each in args if not each.startswith("-")]
        if words and words[0] not in self.commands:
            if len(words) > 1 and nearest(words[0], self.commands).startswith(" Did"):
                raise click.UsageError(f"No command {words[0]!r}.{nearest(words[0], self.commands)}", context)
            args = ["list", *args]
        return super().parse_args(context, args)


@cli.group(cls=_Actions)
@debug_option
def actions() -> None:
    """List, add, close and propose the actions of a study.

    csat actions STUDY lists the register, the overdue ones first.
    """


@actions.command("list")
@click.argument("study")
@click.option("--on", type=DAY, metavar="DATE", help="Statuses and delays at the end of this day; by default today.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of measures and owners.")
@debug_option
@click.pass_obj
def list_(obj: Mapping[str, Any], study: str, *, on: dt.datetime | None, language: str) -> None:
    """List the register of STUDY, the overdue actions first."""
    from csat_lib.improvement import listed, load_actions

    day = on.date() if on else dt.datetime.now(tz=dt.UTC).date()
    table = listed(load_actions(_study(obj, study)), as_of=day, language=language)
    table = table.sort_values(["days_late", "due"], ascending=[False, True], kind="stable")
    rows = [
        (
            row["id"],
            f"{row['kind']} {row['name']}",
            row["status"],
            row["due"],
            f"{row['days_late']} days" if row["days_late"] else "",
            row["owner"],
        )
        for row in table.to_dict("records")
    ]
    _show(("id", "answers", "status", "due", "late", "owner"), rows)
    click.echo(f"{len(rows)} actions, {int((table['days_late'] > 0).sum())} overdue on {day}.")


@actions.command()
@click.argument("study")
@click.option("--id", "name", required=True, metavar="ID", help="What it is called.")
@click.option("--answers", required=True, metavar="KIND=NAME", help="item=..., theme=..., complaint=..., product=... or target=...")
@click.option("--measure", required=True, help="What is done.")
@click.option("--owner", required=True, help="Who answers for it.")
@click.option("--due", type=DAY, required=True, metavar="DATE", help="Until when.")
@click.option("--opened", type=DAY, metavar="DATE", help="By default today.")
@click.option("--started", type=DAY, metavar="DATE", help="From when customers can notice it; by default when it was opened.")
@click.option("--department", default="", help="Where.")
@click.option("--cause", default="", help="Why.")
@click.option("--verified-by", default="", metavar="ITEM", help="The item or construct that verifies it; by default the item it answers.")
@click.option("--expected", type=float, metavar="POINTS", help="Points that it should move by among the treated.")
@click.option("--segment", multiple=True, metavar="ATTRIBUTE=CODE,...", help="Who is treated; repeat it.")
@click.option("--control", multiple=True, metavar="ATTRIBUTE=CODE,...", help="Whom they are held against; by default everybody else.")
@debug_option
@click.pass_obj
def add(
    obj: Mapping[str, Any],
    /,
    study: str,
    *,
    name: str,
    answers: str,
    segment: Sequence[str],
    control: Sequence[str],
    due: dt.datetime,
    opened: dt.datetime | None,
    started: dt.datetime | None,
    **given: Any,
) -> None:
    """Add an action to the register of STUDY; every other line of the file stays as it is."""
    from csat_lib.improvement import add_action

    kind, _, what = answers.partition("=")
    record = {
        "id": name,
        "opened": opened.date() if opened else dt.datetime.now(tz=dt.UTC).date(),
        "answers": {kind.strip(): what.strip()},
        "due": due.date(),
        "status": "open",
        "started": started.date() if started else None,
        **given,
        "segment": _codes(segment),
        "control": _codes(control),
    }
    loaded = _study(obj, study)
    with disk():
        path = add_action(loaded, record)
    click.echo(f"{path.relative_to(loaded.paths.root).as_posix()}: {name} added, due {due.date()}")


@actions.command()
@click.argument("study")
@click.argument("name", metavar="ID")
@click.option("--on", type=DAY, metavar="DATE", help="When; by default today.")
@click.option("--as", "status", type=click.Choice(["done", "dropped"]), default="done", show_default=True, help="How it ended.")
@click.option("--evidence", default="", help="What shows it.")
@debug_option
@click.pass_obj
def close(obj: Mapping[str, Any], study: str, name: str, *, on: dt.datetime | None, status: str, evidence: str) -> None:
    """Close the action ID of STUDY; only its status, date and evidence change."""
    from csat_lib.improvement import close_action

    day = on.date() if on else dt.datetime.now(tz=dt.UTC).date()
    loaded = _study(obj, study)
    with disk():
        path = close_action(loaded, name, closed=day, status=status, evidence=evidence)
    click.echo(f"{path.relative_to(loaded.paths.root).as_posix()}: {name} {status} on {day}")


@actions.command()
@click.argument("study")
@click.argument("period", required=False)
@debug_option
@click.pass_obj
def propose(obj: Mapping[str, Any], study: str, period: str | None) -> None:
    """Propose actions from the results of STUDY in PERIOD: missed targets, dissatisfied items, priority products."""
    from csat_lib.report.acting import proposals
    from csat_lib.study import load_study
    from csat_lib.survey import load_survey

    loaded = load_study(study, period, root=root_of(obj))
    table = proposals(loaded, load_survey(loaded))
    rows = [
        (row["id"], row["kind"], row["name"], f"{row['estimate']:.1f}", row["owner"] or "-", row["due"], row["verdict"])
        for row in table.to_dict("records")
    ]
    _show(("id", "kind", "name", "value", "owner", "due", "state"), rows)
    new = table[table["verdict"] == "new"]
    click.echo(f"{len(table)} proposals, {len(new)} not answered yet. The values are gaps to the target, or per cent.")
    if len(new):
        first = new.iloc[0]
        answers = f"{first['kind']}={first['name']}"
        click.echo(
            f"To accept one: csat actions add {study} --id {first['id']} --answers {answers} --measure ... --owner ... --due {first['due']}"
        )


def _study(obj: Mapping[str, Any], study: str) -> Study:
    from csat_lib.study import load_study

    return load_study(study, root=root_of(obj))


def _codes(given: Sequence[str]) -> dict[str, list[str]]:
    found = {}
    for each in given:
        attribute, _, codes = each.partition("=")
        if not codes:
            raise ParamsError(f"{each!r}: expected ATTRIBUTE=CODE,CODE, such as region=north,east.")
        found[attribute.strip()] = [code.strip() for code in codes.split(",")]
    return found


def _show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        raise NotInStudyError("There is nothing to list yet.")
    lines = [heads, *rows]
    widths = [max(len(str(line[place])) for line in lines) for place in range(len(heads))]
    for line in lines:
        click.echo("  ".join(f"{text!s:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip())
