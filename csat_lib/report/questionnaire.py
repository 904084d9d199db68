"""The questionnaire that a codebook describes: a bilingual page to print, and an XLSForm for survey tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2

from csat_lib.errors import ParamsError
from csat_lib.study import Attribute, Item, Study, Text

TEMPLATES = Path(__file__).parent / "templates" / "questionnaire"
MOST_BOXES = 11
EN, ZH = "label::English (en)", "label::中文 (zh)"
WORDS = {
    "touchpoints": Text(en="In detail", zh="具体方面"),
    "more": Text(en="Further questions", zh="其他问题"),
    "words": Text(en="In your own words", zh="您的意见"),
    "about": Text(en="About you", zh="关于您"),
    "intro": Text(en="Please mark one box in each line.", zh="请在每一行选择一项。"),
    "thanks": Text(en="Thank you.", zh="谢谢！"),
}
REASONS = {
    "don't know": Text(en="don't know", zh="不知道"),
    "refused": Text(en="prefer not to say", zh="不愿回答"),
    "not applicable": Text(en="not applicable", zh="不适用"),
    "never used or visited": Text(en="never used or visited", zh="从未使用"),
}
SILENT = frozenset({"no answer", "skipped", "empty", "seen but unanswered", ""})


@dataclass(frozen=True, slots=True)
class Option:
    """A box to mark: its code in the data and its text (empty for a bare number); ``beside`` where it is no grade but a reason."""

    code: str
    text: Text
    place: str = "scale"


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is asked.

    Attributes
    ----------
    name : str
        The column that the answers will have.
    wording : Text
        In both languages.
    kind : {"choice", "number", "text"}
        How it is answered.
    options : tuple of Option
        The boxes, where it is a choice.
    low, high : float
        The ends of a number.
    """

    name: str
    wording: Text
    kind: str
    options: tuple[Option, ...] = ()
    low: float = 0
    high: float = 0

    @property
    def worded(self) -> bool:
        """Whether every box has a text of its own."""
        return all(option.text.say("en") for option in self.options)


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under one heading."""

    name: str
    title: Text
    questions: tuple[Question, ...]


def sections(study: Study, *, source: str = "customers") -> tuple[Section, ...]:
    """The questionnaire of ``source`` in the order in which it is asked: construct by construct, touchpoints, the rest, the respondent.

    Who answered, when and with which weight is not asked, and nothing personal is.
    """
    codebook = study.codebook.asked_in(source)
    left = dict(codebook.items)
    constructs = study.structure.constructs if study.structure else ()
    found = [Section(each.name, each.label, tuple(_rated(left.pop(name)) for name in each.items if name in left)) for each in constructs]
    graded = [name for name in study.parameters.grades if name in left]
    found.append(Section("touchpoints", WORDS["touchpoints"], tuple(_rated(left.pop(name)) for name in graded)))
    found.append(Section("further", WORDS["more"], tuple(map(_rated, left.values()))))
    asked = codebook.attributes.values()
    comments = tuple(Question(_column(each), _wording(each), "text") for each in asked if each.role == "comment")
    found.append(Section("comments", WORDS["words"], comments))
    found.append(Section("respondent", WORDS["about"], tuple(_chosen(each) for each in asked if each.role == "segment")))
    return tuple(each for each in found if each.questions)


def write_html(study: Study, path: str | Path) -> Path:
    """The questionnaire as one page to print; the path is returned."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    title = study.codebook.title if study.codebook.title.say("en") else study.parameters.title
    page = environment.get_template("page.html.j2").render(
        title=title,
        sections=sections(study),
        words=WORDS,
        period=str(study.period),
        style=(TEMPLATES / "style.css").read_text(encoding="utf-8"),
    )
    path = Path(path)
    path.write_text(page, encoding="utf-8")
    return path


def write_xlsform(study: Study, path: str | Path) -> Path:
    """The questionnaire as an XLSForm workbook (survey, choices, settings); the path is returned.

    Raises
    ------
    ParamsError
        The path does not end in .xlsx.
    """
    import openpyxl

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ParamsError(f"{path.name}: an XLSForm is a workbook; give it a name that ends in .xlsx.")
    survey, choices = _xlsform(study)
    title = study.codebook.title if study.codebook.title.say("en") else study.parameters.title
    settings = [{"form_title": title.say("en"), "form_id": f"{study.name}-{study.period}", "version": str(study.period)}]
    settings[0]["default_language"] = "English (en)"
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        sheet = book.create_sheet(name)
        header = list(dict.fromkeys(key for row in rows for key in row)) or ["list_name", "name", EN, ZH]
        for line, row in enumerate([dict(zip(header, header, strict=True)), *rows], start=1):
            for column, key in enumerate(header, start=1):
                if row.get(key):
                    cell = sheet.cell(line, column)
                    cell.value = _plain(row[key])
                    cell.data_type = "s"  # a text that begins with = is no formula
    book.save(path)
    return path


def _xlsform(study: Study) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The rows of the sheets survey and choices; questions with the same boxes share a list."""
    rows: list[dict[str, str]] = []
    lists: dict[tuple[Option, ...], str] = {}
    taken: set[str] = set()
    for section in sections(study):
        group = _xml_name(f"section_{section.name}", taken)
        rows.append({"type": "begin group", "name": group, **_labels(section.title)})
        for each in section.questions:
            row = {"type": "text", "name": _xml_name(each.name, taken), **_labels(each.wording)}
            if each.kind == "choice":
                row["type"] = f"select_one {lists.setdefault(each.options, f'scale_{len(lists) + 1}')}"
            elif each.kind == "number":
                allowed = [f"(. >= {each.low:g} and . <= {each.high:g})", *(f". = {option.code}" for option in each.options)]
                row |= {"type": "integer", "constraint": " or ".join(allowed)}
            rows.append(row)
        rows.append({"type": "end group", "name": group})
    choices = [
        {"list_name": name, "name": option.code, **_labels(_numbered(option))} for options, name in lists.items() for option in options
    ]
    return rows, choices


def _rated(item: Item) -> Question:
    reasons = tuple(_reasons(item.missing))
    column = _column(item)
    if item.high - item.low >= MOST_BOXES or not (float(item.low).is_integer() and float(item.high).is_integer()):
        return Question(column, _wording(item), "number", reasons, item.low, item.high)
    texts = {float(code): text for code, text in item.labels.items() if not isinstance(code, str)}
    codes = range(int(item.low), int(item.high) + 1)
    boxes = tuple(Option(str(code), texts.get(float(code), Text())) for code in codes)
    graded = len(texts) == len(boxes) and len(boxes) > 2  # grades are read from the best down
    return Question(column, _wording(item), "choice", (*(reversed(boxes) if graded else boxes), *reasons), item.low, item.high)


def _reasons(missing: Mapping[int | float | str, str]) -> Iterator[Option]:
    """The missing codes that a respondent can choose: those that say why."""
    for code, meaning in missing.items():
        if not isinstance(code, str) and meaning.strip().casefold() not in SILENT:
            yield Option(f"{code:g}", REASONS.get(meaning.strip().casefold(), Text(en=meaning, zh=meaning)), "beside")


def _chosen(attribute: Attribute) -> Question:
    options = tuple(Option(str(code), text) for code, text in attribute.values.items())
    codes = [option.code for option in options]
    usable = options and not any(re.search(r"\s", code) for code in codes)
    return Question(_column(attribute), _wording(attribute), "choice" if usable else "text", options if usable else ())


def _wording(each: Item | Attribute) -> Text:
    """As asked; the label or the name where the codebook has no wording."""
    told = each.wording if isinstance(each, Item) and each.wording.say("en") else each.label
    return told if told.say("en") else Text(en=each.name, zh=each.name)


def _column(each: Item | Attribute) -> str:
    return each.column if re.fullmatch(r"[A-Za-z_][\w.-]*", each.column, flags=re.ASCII) else each.name


def _xml_name(name: str, taken: set[str]) -> str:
    """A name that XLSForm accepts and that no other question has."""
    stem = re.sub(r"[^A-Za-z0-9_.-]", "_", name)
    stem = stem if re.match(r"[A-Za-z_]", stem) else f"_{stem}"
    found, again = stem, 2
    while found.casefold() in taken:
        found, again = f"{stem}_{again}", again + 1
    taken.add(found.casefold())
    return found


def _numbered(option: Option) -> Text:
    """A box's text with its number before it, where both mean something to the respondent."""
    number = option.code if re.fullmatch(r"\d+", option.code) and option.place == "scale" else ""
    return Text(**{language: _joined(number, option.text.say(language)) or option.code for language in ("en", "zh")})


def _joined(number: str, text: str) -> str:
    return f"{number} - {text}" if number and text else number or text


def _labels(text: Text) -> dict[str, str]:
    return {EN: text.say("en"), ZH: text.say("zh")}


def _plain(text: str) -> str:
    """A text for a cell: no control characters, and no ${...}, which XLSForm would take for a reference."""
    return "".join(_printable(text)).replace("${", "$ {")


def _printable(text: str) -> Iterable[str]:
    return (each for each in text if each.isprintable() or each in "\n\t")
