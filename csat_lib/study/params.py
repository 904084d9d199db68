"""Study and period: study.yaml with the period's file laid over it becomes one frozen Study."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csat_lib.errors import NotInStudyError, ParamsError, nearest
from csat_lib.study.codebook import Codebook, load_codebook
from csat_lib.study.events import check_events, covered
from csat_lib.study.library import load_model
from csat_lib.study.period import Period, parse_period
from csat_lib.study.places import Paths, check_study_name, data_root, find_root, study_names
from csat_lib.study.reader import check, merge, read_yaml
from csat_lib.study.settings import Drivers, Fieldwork, Settings
from csat_lib.study.structure import Structure


@dataclass(frozen=True, slots=True)
class Study:
    """One study in one period, checked.

    Attributes
    ----------
    name : str
        The folder under params/.
    period, periods : Period, tuple of Period
        The one asked for, and all there are, oldest first.
    parameters : Settings
        study.yaml with the period's file laid over it.
    codebook : Codebook
        The questionnaire, with this period's column names.
    structure : Structure or None
        The path model with the study's items; None where the study has no model.
    paths : Paths
        Where parameters, data and output lie.
    """

    name: str
    period: Period
    periods: tuple[Period, ...]
    parameters: Settings
    codebook: Codebook
    structure: Structure | None
    paths: Paths

    def earlier(self, count: int) -> tuple[Period, ...]:
        """The last ``count`` periods of the same kind up to and including this one, oldest first."""
        same = [each for each in self.periods if each.kind == self.period.kind and each.end <= self.period.end]
        return tuple(same[-count:])

    @property
    def pls(self) -> dict[str, Any]:
        """How the path model is estimated: keyword arguments of ``fit_pls``."""
        return self.parameters.pls.model_dump()

    @property
    def bootstrap(self) -> dict[str, int]:
        """Draws and seed: keyword arguments of whatever resamples."""
        return self.parameters.bootstrap.model_dump()

    @property
    def rated(self) -> tuple[str, ...]:
        """The items that model and driver analysis use and that have more than two points, in the codebook's order."""
        used = {*(self.structure.items if self.structure else ()), *self.parameters.grades}
        used |= {self.drivers.outcome, *self.drivers.items} if self.parameters.drivers else set()
        return tuple(name for name, item in self.codebook.items.items() if name in used and item.high - item.low > 1)

    @property
    def ungraded(self) -> tuple[str, ...]:
        """The rated items that are not on five grades: those of the model, or of a study without grades."""
        return tuple(name for name in self.rated if name not in self.parameters.grades)

    @property
    def drivers(self) -> Drivers:
        """Outcome and items of the driver analysis.

        Raises
        ------
        NotInStudyError
            The study names none.
        """
        if self.parameters.drivers is None:
            raise NotInStudyError("This study names no drivers. Add drivers: {outcome: ..., items: [...]} to its study.yaml.")
        return self.parameters.drivers

    @property
    def segment(self) -> str:
        """The first of the study's segments: the one whose groups the model is compared in.

        Raises
        ------
        NotInStudyError
            The study names none.
        """
        if not self.parameters.segments:
            raise NotInStudyError("This study names no segments. Add segments: [...] to its study.yaml, from the codebook's attributes.")
        return self.parameters.segments[0]

    @property
    def grades(self) -> tuple[str, ...]:
        """Items on five grades, for the enterprise method.

        Raises
        ------
        NotInStudyError
            The study names none.
        """
        if not self.parameters.grades:
            raise NotInStudyError("This study has no items on five grades. Name them in its study.yaml: grades: [...].")
        return self.parameters.grades

    def events_in(self, periods: Iterable[str], *, of: str | None = None) -> dict[str, tuple[str, ...]]:
        """The study's events -> those of ``periods`` that each covers; events outside of them are left out.

        Parameters
        ----------
        periods : iterable of str
            Names of periods.
        of : str, optional
            Only events that concern this construct or item; one that names nothing concerns all.
        """
        names = tuple(periods)
        events = {name: each for name, each in self.parameters.events.items() if of is None or not each.concerns or of in each.concerns}
        found = {name: covered(each, self.periods, names) for name, each in events.items()}
        return {name: inside for name, inside in found.items() if inside}

    def title(self, language: str | None = None) -> str:
        """The study's title in ``language``."""
        return self.parameters.title.say(language or self.parameters.language)


def load_study(study: str, period: str | int | None = None, *, root: str | Path | None = None) -> Study:
    """The study called ``study`` in ``period``, every parameter checked.

    Parameters
    ----------
    study : str
        A folder under params/.
    period : str or int, optional
        2026Q3, 2026-09, 2026H1, 2026 or special-<slug>; None means the latest: of those that end together the longest.
    root : path, optional
        The project's folder; by default the nearest one upward that holds params/.

    Raises
    ------
    ParamsError
        With file, key and the nearest right one.
    """
    base = find_root(root)
    name = check_study_name(study)
    folder = base / "params" / name
    if not (folder / "study.yaml").is_file():
        raise ParamsError(f"No study {name!r} under params/.{nearest(name, study_names(base))}")
    known = _periods(folder)
    wanted = _wanted(name, period, known)
    files = (folder / "study.yaml", folder / "codebook.yaml", folder / f"{wanted}.yaml")
    settings = _settings(files[0], files[2], str(wanted))
    if settings.compare_to is not None and settings.compare_to not in [str(each) for each in known]:
        raise ParamsError(f"{files[2].name}: compare_to: no period {settings.compare_to!r}.{nearest(settings.compare_to, map(str, known))}")
    try:
        codebook = load_codebook(files[1])
    except ParamsError as error:
        raise ParamsError(re.sub(r"(?m)^codebook\.yaml", f"params/{name}/codebook.yaml", str(error))) from None
    try:
        codebook = codebook.with_columns(settings.columns)
    except ParamsError as error:
        raise ParamsError(f"params/{name}/{files[2].name}: {error}") from None
    structure = _structure(settings, codebook, base, files[0].name)
    _check_item_names(settings, codebook, files[0].name)
    check_events(settings.events, known, (*(structure.names if structure else ()), *codebook.items), files[0].name)
    where = data_root(base, settings.data_root.variable, settings.data_root.default)
    return Study(name, wanted, known, settings, codebook, structure, Paths(base, name, str(wanted), where, settings.data, files))


def write_period(study: str, period: str, *, root: str | Path | None = None) -> Path:
    """A first file for a new period of ``study``, beside the others; the path is returned.

    Raises
    ------
    ParamsError
        The study is unknown, the period's name wrong or taken.
    """
    base = find_root(root)
    name = check_study_name(study)
    folder = base / "params" / name
    if not (folder / "study.yaml").is_file():
        raise ParamsError(f"No study {name!r} under params/.{nearest(name, study_names(base))}")
    today = dt.datetime.now(tz=dt.UTC).date()
    parsed = parse_period(period, fieldwork=(today, today))
    path = folder / f"{parsed}.yaml"
    if path.exists():
        raise ParamsError(f"params/{name}/{path.name} exists already. Edit it, or choose another period.")
    before = [each for each in _periods(folder) if each.kind == parsed.kind and each.end < parsed.end]
    lines = [f"period: {parsed}"]
    if before:
        lines.append(f"compare_to: {before[-1]}")
    start, end = (today, today) if parsed.kind == "special" else (parsed.start, parsed.end)
    lines.append(f"fieldwork: {{start: {start}, end: {end}}}   # first and last day of interviewing: correct them")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def period_files(folder: Path) -> list[Path]:
    """The files of a study's folder that each say what one period changes."""
    return [path for path in folder.glob("*.yaml") if path.stem[:1].isdigit() or path.stem.startswith("special-")]


def _periods(folder: Path) -> tuple[Period, ...]:
    found = []
    for path in period_files(folder):
        if path.stem.startswith("special-"):
            fieldwork = read_yaml(path).get("fieldwork")
            dates = check(Fieldwork, fieldwork, f"{path.name}: fieldwork") if isinstance(fieldwork, Mapping) else None
            found.append(parse_period(path.stem, fieldwork=(dates.start, dates.end) if dates else None))
        else:
            found.append(parse_period(path.stem))
    return tuple(sorted(found, key=lambda each: (each.end, each.start, each.name)))


def _wanted(study: str, period: str | int | None, known: tuple[Period, ...]) -> Period:
    if not known:
        raise ParamsError(f"params/{study} has no period yet. Make one: csat new {study} 2026Q3")
    if period is None:
        return max(known, key=lambda each: (each.end, -each.start.toordinal()))
    for each in known:
        if each.name == str(period) and not isinstance(period, bool):
            return each
    text = str(period)[:80]
    if not text.startswith("special-"):
        parse_period(period)
    raise ParamsError(f"{study} has no period {text!r}.{nearest(text, map(str, reversed(known)))} A new one: csat new {study} {text}")


def _settings(study_file: Path, period_file: Path, period: str) -> Settings:
    base, change = read_yaml(study_file), read_yaml(period_file)
    for key in ("period", "fieldwork", "compare_to"):
        if key in base:
            raise ParamsError(f"{study_file.name}: {key} belongs in the period's file, such as {period_file.name}.")
    check(Settings, base, f"params/{study_file.parent.name}/{study_file.name}")
    where = f"params/{period_file.parent.name}/{period_file.name}"
    check(Settings, {"title": base["title"], **change}, where)
    settings = check(Settings, merge(base, change), where)
    if settings.period != period:
        raise ParamsError(f"{where}: period: expected {period!r} as in the file's name, got {settings.period!r}.")
    if settings.fieldwork and settings.fieldwork.end < settings.fieldwork.start:
        raise ParamsError(f"{where}: fieldwork: it ends ({settings.fieldwork.end}) before it starts ({settings.fieldwork.start}).")
    for source, pattern in settings.data.items():
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts or "\0" in pattern:
            raise ParamsError(f"{where}: data: {source}: {pattern!r} must be relative and stay below the data folder.")
        _check_pattern(pattern, f"{where}: data: {source}")
    return settings


def _check_pattern(pattern: str, where: str) -> None:
    if re.search(r"[{}]", pattern.replace("{period}", "")):
        raise ParamsError(f"{where}: {pattern!r}: the only part in braces may be {{period}}.")


def _structure(settings: Settings, codebook: Codebook, root: Path, where: str) -> Structure | None:
    if settings.model is None:
        if settings.constructs:
            raise ParamsError(f"{where}: constructs: there is no model to give items to. Name one: model: acsi")
        return None
    structure = load_model(settings.model, root=root)
    for construct, items in settings.constructs.items():
        try:
            structure = structure.with_items(construct, items)
        except ParamsError as error:
            raise ParamsError(f"{where}: constructs: {error}") from None
    for each in structure.constructs:
        for item in each.items:
            if item not in codebook.items:
                raise ParamsError(
                    f"codebook.yaml: the model {settings.model} measures {each.name} by {item!r}, which the codebook does not have."
                    f"{nearest(item, codebook.items)} Declare it, or give the construct its own items in study.yaml: "
                    f"constructs: {{{each.name}: [...]}}"
                )
    if isinstance(settings.pls.mode, dict):
        for name in settings.pls.mode:
            structure.construct(name)
    return structure


def _check_item_names(settings: Settings, codebook: Codebook, where: str) -> None:
    drivers = (settings.drivers.outcome, *settings.drivers.items) if settings.drivers else ()
    kano = tuple(name for pair in settings.kano.values() for name in (pair.functional, pair.dysfunctional))
    for key, names in (("drivers", drivers), ("levers", settings.levers), ("kano", kano), ("grades", settings.grades)):
        for name in names:
            if name not in codebook.items:
                raise ParamsError(f"{where}: {key}: no item {name!r} in the codebook.{nearest(name, codebook.items)}")
    for name in settings.levers:
        if settings.drivers and name not in settings.drivers.items:
            raise ParamsError(f"{where}: levers: {name!r} is not one of the drivers.{nearest(name, settings.drivers.items)}")
    segments: tuple[str, ...] = codebook.names("segment") + codebook.names("mode") + codebook.names("population")
    for name in settings.segments:
        if name not in segments:
            raise ParamsError(f"{where}: segments: no segment {name!r} in the codebook.{nearest(name, segments)}")
    classes = settings.class_weights.attribute if settings.class_weights else None
    if classes is not None and classes not in segments:
        raise ParamsError(f"{where}: class_weights: attribute: no segment {classes!r} in the codebook.{nearest(classes, segments)}")


def resolved(settings: Settings) -> dict[str, Any]:
    """The parameters as plain words and numbers, for the manifest."""
    return settings.model_dump(mode="json", exclude_none=True)
