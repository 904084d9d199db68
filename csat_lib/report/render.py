"""An executed notebook as one HTML page, and the tables and key figures it carries."""

from __future__ import annotations

import base64
import copy
import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from csat_lib.errors import ParamsError
from csat_lib.report.executed import SECTION_TAG, assigned, missing_name
from csat_lib.report.exhibits import EXHIBIT, METRICS, SCRIPT, STYLE_CLOSES, STYLE_OPENS, TABLE, TEMPLATE, box, check_name
from csat_lib.report.language import say
from csat_lib.report.prose import Prose, title_and_rest, told
from csat_lib.report.reasons import reason

if TYPE_CHECKING:
    from nbformat import NotebookNode

REFUSALS = {"ModelError": "withheld", "ConvergenceError": "withheld", "TooFewError": "withheld", "NotInStudyError": "missing"}
HIDDEN_TAGS = frozenset({"parameters", "injected-parameters", "remove-cell", "hide"})
LANG = {"en": "en", "zh": "zh-Hans"}
FOREIGN = r"<(svg|style|script|title)\b.*?</\1>|<[^>]+>|([\u4e00-\u9fff][\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]*)"


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a notebook's exhibits carry.

    Attributes
    ----------
    tables : dict of str to str
        Name -> CSV.
    metrics : dict of str to float or None
        Key figure -> number.
    """

    tables: dict[str, str]
    metrics: dict[str, float | None]


def harvest(notebook: NotebookNode) -> Harvest:
    """Tables and key figures from the outputs of an executed notebook.

    Raises
    ------
    ParamsError
        Two different tables or figures have one name, or a name cannot be a file's.
    """
    found = Harvest({}, {})
    for data in _bundles(notebook):
        if TABLE in data:
            _add(found.tables, check_name(data[TABLE]["name"]), str(data[TABLE]["csv"]), "table")
        for name, value in dict(data.get(METRICS, {})).items():
            _add(found.metrics, name, value, "key figure")
    return found


def to_html(
    notebook: NotebookNode,
    *,
    page_title: str,
    language: str = "en",
    links: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    provenance: Mapping[str, str] | Iterable[str] = (),
    banner: str = "",
) -> str:
    """An executed notebook as one self-contained page: text and exhibits, no code, nothing from outside, no script but our exhibits' own.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Its first heading is the page's, unless ``metadata.csat.title`` says another.
    page_title : str
        For the browser, and in small type under the heading: study and period.
    language : str
        en or zh.
    links : mapping or pairs of str
        What is printed -> where it leads, relative to the page: other language, previous period, all periods.
    provenance : mapping of str to str, or sentences
        The footer: data with hash, versions, seeds.
    banner : str
        A line above everything, such as that the figures are provisional.

    Raises
    ------
    ParamsError
        A link leaves the report, or there is no such language.
    """
    pairs = list(links.items() if isinstance(links, Mapping) else links)
    for label, href in pairs:
        if not re.fullmatch(r"[\w./#%~-]+", href) or href.startswith("//"):
            raise ParamsError(f"links: {label}: {href!r} must be a relative address.")
    node = _spoken(notebook, language)
    title, lead = _take_title(node)
    node.cells = [cell for cell in _without_refusals(node.cells, language) if not HIDDEN_TAGS & set(_tags(cell))]
    named = notebook.metadata.get("csat", {}).get("title")
    prose = Prose()
    details = {
        "lang": LANG.get(language, language),
        "page_title": page_title,
        "title": named if isinstance(named, str) and named else title or page_title,
        "lead": prose.render(lead),
        "links": [(label, href, _tongue(href, language)) for label, href in pairs],
        "banner": banner,
        "style": _style(),
        "scripts": _scripts(notebook),
        "words": {key: say(key, language) for key in ("contents", "links", "provenance", "skip", "warning")},
        "provenance": list(provenance.items()) if isinstance(provenance, Mapping) else [],
        "sentences": [] if isinstance(provenance, Mapping) else _sentences(provenance),
    }
    exporter = _exporter()
    with _ONE_AT_A_TIME:
        exporter.register_filter("prose", prose.render)
        exporter.register_filter("shown", lambda output: _shown(output, prose))
        html, _ = exporter.from_notebook_node(node, resources={"csat": details})
    page = str(html).strip() + "\n"
    return page if language == "zh" else _marked(page)


_ONE_AT_A_TIME = threading.Lock()  # the exporter's filters are those of the page that is made


@cache
def _exporter() -> Any:  # noqa: ANN401  nbconvert has no types
    """Exporter of our template, compiled once; its second reading of the whole page, for pictures without a text, is left out."""
    from nbconvert import HTMLExporter, TemplateExporter

    class Exporter(HTMLExporter):
        def from_notebook_node(self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any) -> tuple[Any, dict[str, Any]]:
            return TemplateExporter.from_notebook_node(self, nb, resources, **more)

    exporter: Any = Exporter(template_name="csat", extra_template_basedirs=[str(TEMPLATE.parent)], default_preprocessors=[])  # type: ignore[no-untyped-call]
    exporter.register_filter("contents", _contents)
    exporter.register_filter("sections", _sections)
    return exporter


def _scripts(notebook: NotebookNode) -> list[dict[str, str]]:
    """The scripts that exhibits bring along, each once, with the hash that lets the page run it and nothing else.

    Raises
    ------
    ParamsError
        A script would close its own tag.
    """
    found = dict.fromkeys(str(data[SCRIPT]["script"]) for data in _bundles(notebook) if SCRIPT in data and EXHIBIT in data)
    for text in found:
        if re.search(r"</script|<!--", text, flags=re.IGNORECASE):
            raise ParamsError("An exhibit's script holds </script or <!--, which would end it on the page. Write it otherwise.")
    sealed = {text: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in found}
    return [{"text": text, "hash": seal} for text, seal in sealed.items()]


def _spoken(notebook: NotebookNode, language: str) -> NotebookNode:
    """A copy of the notebook whose text is in one language."""
    node = copy.deepcopy(notebook)
    for cell in node.cells:
        if cell.cell_type == "markdown":
            source = _text(cell.source)
            cell.source = told(source, language)
            if language == "zh" and cell.source == told(source, "en"):
                cell.metadata["told_in"] = "en"
    return node


def _tongue(href: str, language: str) -> str:
    """The language tag of a linked page that is written in another language; else empty."""
    match = re.search(r"\.(en|zh)\.html$", href)
    return LANG[match[1]] if match and match[1] != language else ""


def _marked(html: str) -> str:
    """An English page whose Chinese words say so, for voices and fonts; drawings, style and scripts stay as they are."""
    return re.sub(FOREIGN, lambda hit: f'<span lang="{LANG["zh"]}">{hit[2]}</span>' if hit[2] else hit[0], html, flags=re.DOTALL)


def _bundles(notebook: NotebookNode) -> Iterator[Mapping[str, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("output_type") in {"execute_result", "display_data"}:
                yield output["data"]


def _add(found: dict[str, Any], name: str, value: object, what: str) -> None:
    if name in found and found[name] != value:
        raise ParamsError(f"Two exhibits of one notebook give a {what} called {name!r}. Name one of them otherwise: name=...")
    found[name] = value


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _sentences(provenance: Iterable[str]) -> list[str]:
    return [provenance] if isinstance(provenance, str) else [str(each) for each in provenance]


def _take_title(node: NotebookNode) -> tuple[str, str]:
    """The first heading of the first level, and the text under it in the same cell; both leave the notebook."""
    for cell in node.cells:
        if cell.cell_type == "markdown":
            title, rest = title_and_rest(_text(cell.source))
            if title:
                cell.source = ""
                return title, rest
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/markdown" in data and EXHIBIT not in data:
                title, rest = title_and_rest(_text(data["text/markdown"]))
                if title:
                    data["text/markdown"], data["text/html"] = "", ""
                    return title, rest
    return "", ""


def _without_refusals(cells: list[NotebookNode], language: str) -> list[NotebookNode]:
    """The cells with errors turned into boxes: every section that is refused says why, once; what hangs on it says nothing more."""
    refused = _Refusals()
    for cell in cells:
        if cell.cell_type == "markdown" and re.search(r"^##? ", _text(cell.source), flags=re.MULTILINE):
            refused.here.clear()
        if cell.cell_type == "code":
            cell.outputs = [shown for output in cell.outputs if (shown := _without_refusal(cell, output, refused, language)) is not None]
    return cells


@dataclass(slots=True)
class _Refusals:
    """What was refused: in this section, and by the names that are missing since; "" is the last refusal of all."""

    here: set[str] = field(default_factory=set)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)


def _without_refusal(cell: NotebookNode, output: NotebookNode, refused: _Refusals, language: str) -> NotebookNode | None:
    """One output; an error becomes a box once a section. A name that an earlier refusal left undefined tells that refusal."""
    if output.output_type != "error":
        return output
    name, message = str(output.ename).rsplit(".", maxsplit=1)[-1], str(output.evalue)
    lost = missing_name(message) if name == "NameError" else ""
    if lost and lost in refused.names:
        name, message = refused.names[lost]
    elif SECTION_TAG not in _tags(cell) or (name not in REFUSALS and not (lost and refused.names)):
        return _boxed(say("cell_failed", language, reason=name), "missing", language)
    if name not in REFUSALS:
        return None
    refused.names |= dict.fromkeys(("", *assigned(_text(cell.source))), (name, message))
    if message in refused.here:
        return None
    refused.here.add(message)
    kind, why = REFUSALS[name], reason(message, language)
    return _boxed(say("no_model", language, reason=why) if kind == "withheld" else why, kind, language)


def _boxed(text: str, kind: str, language: str) -> NotebookNode:
    from nbformat import from_dict

    data = {"text/html": f'<div class="csat">{box(language, text, kind)}</div>', EXHIBIT: {"kind": "note"}}
    output: NotebookNode = from_dict({"output_type": "display_data", "data": data, "metadata": {}})  # type: ignore[no-untyped-call]
    return output


def _shown(output: NotebookNode, prose: Prose) -> str:
    """One output as HTML: ours as it is, Markdown rendered, all else cleaned or escaped."""
    data = output["data"]
    if EXHIBIT in data:
        html = _text(data.get("text/html", ""))
        return re.sub(f"{re.escape(STYLE_OPENS)}.*?{re.escape(STYLE_CLOSES)}", "", html, count=1, flags=re.DOTALL)
    if "text/markdown" in data:
        source = _text(data["text/markdown"])
        return f'<div class="text">{prose.render(source)}</div>' if source.strip() else ""
    if "text/html" in data:
        from nbconvert.filters import clean_html

        cleaned = clean_html(_text(data["text/html"]))  # type: ignore[no-untyped-call]
        return f'<div class="plain">{cleaned}</div>'
    if "image/png" in data:
        return f'<img alt="" src="data:image/png;base64,{_text(data["image/png"]).strip()}">'
    return f'<div class="text"><pre>{escape(_text(data.get("text/plain", "")))}</pre></div>'


def _contents(content: str, label: str) -> str:
    """Links to the headings of the second level."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', content, flags=re.DOTALL)
    items = "".join(
        f'<li><a href="#{place}">{re.sub(r"<em>.*?</em>|<[^>]+>", "", text, flags=re.DOTALL).strip()}</a></li>' for place, text in found
    )
    return f'<nav class="toc" aria-label="{escape(label)}"><ul>{items}</ul></nav>' if items else ""


def _sections(content: str) -> str:
    """A section for each heading of the second level; two halves in a row stand side by side."""
    content = re.sub(r'<div class="text(?: half)?"[^>]*>\s*</div>', "", content)
    opening, *parts = re.split(r'(?=<div class="text(?: half)?"[^>]*>\s*<h2)', content)
    html = [f'<div class="opening">{opening}</div>'] if opening.strip() else []
    while parts:
        part = parts.pop(0)
        both = all(each.startswith('<div class="text half"') for each in (part, *parts[:1])) and parts
        if both:
            html.append(f'<div class="pair"><section>{part}</section><section>{parts.pop(0)}</section></div>')
        else:
            html.append(f"<section>{part}</section>")
    return "\n".join(html)


def _style() -> str:
    text = "\n".join((TEMPLATE / name).read_text(encoding="utf-8") for name in ("colours.css", "exhibits.css", "style.css"))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
