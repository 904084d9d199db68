"""Markdown of notebooks as HTML that cannot run or fetch anything: raw HTML is escaped, links stay inside the report."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

import mistune

CHINESE = re.compile(r"^[ \t]*<!--[ \t]*zh[ \t]*-->[ \t]*$\n?", flags=re.MULTILINE)

BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")  # a line's end is no space in Chinese


class Prose:
    """Renders the Markdown of one page; headings get identifiers that are unique on it."""

    def __init__(self) -> None:
        self._markdown = mistune.create_markdown(renderer=_Renderer(), plugins=["table", "strikethrough"])

    def render(self, source: str) -> str:
        """Markdown as HTML.

        >>> Prose().render("**Safe** <script>alert(1)</script>").strip()
        '<p><strong>Safe</strong> &lt;script&gt;alert(1)&lt;/script&gt;</p>'
        """
        return str(self._markdown(source)).strip()


class _Renderer(mistune.HTMLRenderer):
    def __init__(self) -> None:
        super().__init__(escape=True)
        self._seen: dict[str, int] = {}

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        del attrs
        plain = unescape(re.sub(r"<em>.*?</em>|<[^>]+>", "", text, flags=re.DOTALL))
        slug = re.sub(r"[^\w]+", "-", plain.strip().casefold()).strip("-") or "section"
        self._seen[slug] = self._seen.get(slug, 0) + 1
        place = slug if self._seen[slug] == 1 else f"{slug}-{self._seen[slug]}"
        return f'<h{level} id="{escape(place)}">{text}</h{level}>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        del title
        return f'<a href="{escape(url)}">{text}</a>' if _inside(url) else text

    def image(self, text: str, url: str, title: str | None = None) -> str:
        del title
        return f'<img src="{escape(url)}" alt="{escape(text)}">' if url.startswith("data:image/png;base64,") else escape(text)


def told(source: str, language: str) -> str:
    r"""The part of a cell's Markdown that is written in ``language``: English first, then a line ``<!-- zh -->``, then Chinese.

    Parameters
    ----------
    source : str
        The cell.
    language : str
        en or zh; a cell without a Chinese part is told in English.

    >>> told("## How many?\n<!-- zh -->\n## 多少？", "zh")
    '## 多少？'
    """
    english, *rest = CHINESE.split(source, maxsplit=1)
    chinese = BROKEN.sub("", rest[0].strip()) if rest else ""
    return chinese if language == "zh" and chinese else english.strip()


def title_and_rest(source: str) -> tuple[str, str]:
    r"""The heading of the first level that ``source`` opens with, as plain text, and what follows it.

    >>> title_and_rest("# Is it moving?\n\nEight quarters.")
    ('Is it moving?', 'Eight quarters.')
    """
    match = re.match(r"\s*#\s+(.+?)\s*#*\s*(?:\n|$)", source)
    return (re.sub(r"[*`]", "", match[1]), source[match.end() :].strip()) if match else ("", source)


def _inside(url: str) -> bool:
    return bool(re.fullmatch(r"#[^\s\"<>]*|[\w][\w./#%-]*", url)) and ":" not in url and "//" not in url
