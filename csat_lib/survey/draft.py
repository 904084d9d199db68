"""A first codebook, study and period from a survey file: every guess is written with a comment for a person to confirm."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from csat_lib.errors import DataError, ParamsError
from csat_lib.study import find_root, parse_period, write_period
from csat_lib.study.places import EXTENSIONS, check_study_name
from csat_lib.survey.exports import read_export
from csat_lib.survey.guesses import Guess, guess_columns

CONFIRM = "confirm"
MOST_SEGMENTS, MOST_DRIVERS = 3, 12


@dataclass(frozen=True, slots=True)
class Draft:
    """A study begun from a file.

    Attributes
    ----------
    folder : Path
        params/<study>.
    files : tuple of Path
        What was written, parameters first.
    data : Path
        Where the data lie, or where they are to be put.
    guesses : tuple of Guess
        One for every column of the file.
    """

    folder: Path
    files: tuple[Path, ...]
    data: Path
    guesses: tuple[Guess, ...]


def draft_study(
    study: str, file: str | Path, period: str, *, root: str | Path | None = None, data: Literal["copy", "leave"] = "copy"
) -> Draft:
    """Draft codebook.yaml, study.yaml and the first period's file of a new study from a survey file.

    The file is copied to data/<study>/customers/, unless it lies under data/ already or ``data`` is "leave".

    Raises
    ------
    ParamsError
        The study exists, or the name of study or period is wrong.
    DataError
        The file cannot be read, holds no rating, or other data lie where it would be copied to.
    """
    base, source = find_root(root), Path(file).expanduser().resolve()
    name = check_new(study, base)
    parse_period(period) if not period.startswith("special-") else None
    export = read_export(source)
    guesses = guess_columns(export.frame, export.labels)
    if not any(each.role == "item" for each in guesses):
        raise DataError(f"{source.name}: no column looks like a rating on a scale. A codebook needs at least one item.")
    place, pattern = _place(base, name, source, period)
    if data == "copy" and place != source:
        _copy(source, place)
    written = {"codebook.yaml": codebook_yaml(name, source.name, guesses), "study.yaml": study_yaml(name, guesses, pattern)}
    folder = write_study(name, written, period, base)
    files = (*(folder / each for each in written), folder / f"{period}.yaml", *((place,) if data == "copy" and place != source else ()))
    return Draft(folder, files, place, guesses)


def check_new(study: str, root: Path) -> str:
    """``study`` if it is a good name that no study has yet, else an error."""
    name = check_study_name(study)
    if (root / "params" / name).exists():
        raise ParamsError(f"params/{name} exists already and stays as it is. Choose another name, or take it away first.")
    return name


def write_study(name: str, files: dict[str, str], period: str, root: Path) -> Path:
    """A new study's folder with ``files`` and its first period; whole or not at all."""
    folder = root / "params" / name
    temporary = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=root / "params"))
    try:
        temporary.chmod(0o755)
        for file, text in files.items():
            (temporary / file).write_text(text, encoding="utf-8")
        temporary.rename(folder)
        temporary = folder
        write_period(name, period, root=root)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return folder


def _place(root: Path, study: str, source: Path, period: str) -> tuple[Path, str]:
    """Where the data lie or will lie, and the pattern under ``data:`` where the place is not the usual one."""
    holder = (root / "data").resolve()
    usual = root / "data" / study / "customers" / f"{period}{source.suffix.lower()}"
    if source.is_relative_to(holder) and source != usual.resolve():
        inside = source.relative_to(holder).as_posix()
        return source, inside.replace(period, "{period}")
    if source == usual.resolve():
        usual = source
    known = source.suffix.lower().removeprefix(".") in EXTENSIONS
    return usual, "" if known else f"{study}/customers/{{period}}{source.suffix.lower()}"


def _copy(source: Path, place: Path) -> None:
    if place.exists() and place.read_bytes() != source.read_bytes():
        raise DataError(f"{place} holds other data already. Take it away, or leave the file where it is: --leave.")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)


def codebook_yaml(study: str, file: str, guesses: Sequence[Guess]) -> str:
    """The text of a codebook in which every guess carries a comment."""
    lines = [
        f"# Drafted from {_comment(file)}. Every line marked guess: wants a person's eye; delete the mark when it is confirmed.",
        f"title: {said(study)}",
        "",
        "items:",
    ]
    for each in guesses:
        if each.role == "item":
            lines += _item_lines(each)
    lines += ["", "attributes:" if any(each.role != "item" for each in guesses) else "attributes: {}"]
    for each in guesses:
        if each.role != "item":
            lines += _attribute_lines(each)
    return "\n".join(lines) + "\n"


def _item_lines(guess: Guess) -> Iterator[str]:
    low, high = guess.scale or (0, 1)
    yield f"  {said(guess.name)}:" + (f"   # guess: observed {_comment(guess.observed)}; {CONFIRM}" if guess.observed else "")
    yield from _column_line(guess)
    if guess.wording:
        yield f"    wording: {said(guess.wording)}"
    if guess.labels:
        pairs = ", ".join(f"{code}: {_both(*text)}" for code, text in sorted(guess.labels.items(), reverse=True))
        yield f"    scale: {{min: {low}, max: {high}, labels: {{{pairs}}}}}   # guess: {_comment(guess.why)}; {CONFIRM}"
    else:
        yield f"    scale: {{min: {low}, max: {high}}}   # guess: {_comment(guess.why)}; {CONFIRM}"
    yield from _missing_line(guess)


def _attribute_lines(guess: Guess) -> Iterator[str]:
    yield f"  {said(guess.name)}:"
    yield from _column_line(guess)
    seen = f"; observed {_comment(guess.observed)}" if guess.observed else ""
    yield f"    role: {guess.role}   # guess: {_comment(guess.why)}{seen}; {CONFIRM}"
    if guess.wording and guess.role in {"comment", "segment"}:
        yield f"    label: {said(guess.wording[:120])}"
    yield from _missing_line(guess)


def _column_line(guess: Guess) -> Iterator[str]:
    if guess.column != guess.name:
        yield f"    column: {said(guess.column)}"


def _missing_line(guess: Guess) -> Iterator[str]:
    if guess.missing:
        codes = ", ".join(f"{code if isinstance(code, int) else said(code)}: {said(why)}" for code, why in guess.missing.items())
        yield f"    missing: {{{codes}}}   # guess: {CONFIRM}"


def study_yaml(study: str, guesses: Sequence[Guess], pattern: str = "") -> str:
    """The text of a study.yaml: segments, an outcome with its drivers, graded items; the model is for a person to choose."""
    items = [each for each in guesses if each.role == "item" and each.scale != (0, 1)]
    segments = [each.name for each in guesses if each.role == "segment"][:MOST_SEGMENTS]
    graded = [each.name for each in items if each.scale == (1, 5)]
    chinese = sum(bool(re.search("[\u3400-\u9fff]", each.wording or each.column)) for each in guesses) > len(guesses) / 2
    lines = [f"title: {said(study)}", f"language: {'zh' if chinese else 'en'}   # guess: from the headers; {CONFIRM}"]
    lines.append("# model: acsi   # a model of params/models, once its items stand in the codebook (or constructs: gives them)")
    if segments:
        lines.append(f"segments: {_list(segments)}   # guess: the first of the codebook; {CONFIRM}")
    lines += _drivers(items)
    if graded:
        lines.append(f"grades: {_list(graded)}   # guess: items on five grades, 5 the best; {CONFIRM}")
    if pattern:
        lines.append(f"data: {{customers: {json.dumps(pattern, ensure_ascii=False)}}}")
    return "\n".join(lines) + "\n"


def _drivers(items: Sequence[Guess]) -> Iterator[str]:
    """The item that speaks of the whole, and those beside it on the same scale."""
    if len(items) < 3:
        return
    forms = (r"(?i)overall.*satisf|总体.*满意", r"(?i)satis|满意", r"(?i)overall|whole|总体|整体|(?<![a-z])(.*\d)?all$")
    texts = {each.name: f"{each.column} {each.wording}".strip() for each in items}
    outcome = next((each for form in forms for each in items if re.search(form, texts[each.name])), None)
    if outcome is None:
        yield "# drivers: {outcome: ITEM, items: [ITEM, ITEM]}   # no item speaks of overall satisfaction: name one"
        return
    beside = [each.name for each in items if each.scale == outcome.scale and each is not outcome][:MOST_DRIVERS]
    if len(beside) >= 2:
        yield "drivers:"
        yield f"  outcome: {said(outcome.name)}   # guess: by its name or wording; {CONFIRM}"
        yield f"  items: {_list(beside)}   # guess: the first on the same scale; {CONFIRM}"


def said(text: str) -> str:
    """A text as YAML: plain where that is safe, quoted otherwise."""
    plain = re.fullmatch(r"[A-Za-z_\u4e00-\u9fff](?:[\w .()/'-]*[\w.)])?", text)
    if plain and text.casefold() not in {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", _escaped, quoted)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _both(en: str, zh: str) -> str:
    return said(en) if en == zh else f"{{en: {said(en)}, zh: {said(zh)}}}"


def _list(names: Sequence[str]) -> str:
    return f"[{', '.join(map(said, names))}]"


def _comment(text: str) -> str:
    """A text that can stand in a comment: one line, nothing unprintable."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())[:160]
