"""What every exhibit needs to know of its page: language, labels, period, and how small a group may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from csat_lib.errors import ParamsError
from csat_lib.report.language import LANGUAGES, caption, metric, say
from csat_lib.study import Codebook, Structure, Study, Target


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one notebook.

    Attributes
    ----------
    language : {"en", "zh"}
        What it is written in.
    study, title, period : str
        The study's name, its title in that language, and the period's name.
    codebook : Codebook
        Labels of items, attributes and their values.
    structure : Structure or None
        Labels of constructs; None where the study has no path model.
    suppress_below, flag_below : int
        Groups smaller than this are hidden; groups smaller than that are marked.
    confidence : float
        Level of the intervals, 0.95 for 95 %.
    targets : mapping of str to Target
        The study's targets by key figure.
    """

    language: str
    study: str
    title: str
    period: str
    codebook: Codebook
    structure: Structure | None = None
    suppress_below: int = 10
    flag_below: int = 30
    confidence: float = 0.95
    targets: Mapping[str, Target] = field(default_factory=dict)

    def label(self, name: object) -> str:
        """The label of a construct, item, attribute, target or key figure in the page's language; the name where there is none."""
        word = str(name)
        if self.structure is not None and word in self.structure.names:
            return self.structure.label(word, self.language)
        told = self.codebook.label(word, self.language)
        if told != word:
            return told
        if word in self.targets:
            return self.targets[word].label.say(self.language) or word
        return metric(word, self.language)

    def value(self, attribute: str, code: object) -> str:
        """What a segment's code means in the page's language; the code where the codebook is silent."""
        return self.codebook.value_label(attribute, code, self.language)

    def mode(self, code: object) -> str:
        """What a way of asking is called in the page's language; the code where the codebook is silent."""
        known = (self.value(name, code) for name in self.codebook.names("mode"))
        return next((text for text in known if text != str(code)), str(code))

    def say(self, key: str, **parts: object) -> str:
        """A phrase in the page's language."""
        return say(key, self.language, **parts)

    def caption(self, name: str) -> str:
        """The caption of the table called ``name`` in the page's language, its period filled in."""
        return caption(name, self.language).replace("{period}", self.period)

    @property
    def percent(self) -> str:
        """The confidence level as printed: 95."""
        return f"{100 * self.confidence:g}"


def open_page(study: Study, language: str | None = "en") -> Page:
    """The page of a study in one period; None or an empty text means the study's own language.

    Raises
    ------
    ParamsError
        ``study`` is not a loaded study, or there is no such language.
    """
    if not isinstance(study, Study):
        raise ParamsError(f"study: expected what csat.load_study gives, got {type(study).__name__}.")
    settings = study.parameters
    tongue = settings.language if language is None or language == "" else language
    if not isinstance(tongue, str) or tongue not in LANGUAGES:
        raise ParamsError(f"language: {str(tongue)[:80]!r} is not one of {', '.join(LANGUAGES)}.")
    return Page(
        language=tongue,
        study=study.name,
        title=study.title(tongue),
        period=str(study.period),
        codebook=study.codebook,
        structure=study.structure,
        suppress_below=settings.suppress_below,
        flag_below=settings.flag_below,
        confidence=settings.confidence,
        targets=settings.targets,
    )
