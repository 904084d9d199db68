"""What a study says about its complaint register: params/<study>/complaints.yaml, every key with a default; no file is needed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from csat_lib.errors import ParamsError, nearest
from csat_lib.study import Study, Text
from csat_lib.study.reader import Label, Number, Strict, Words, check, read_yaml

FILE = "complaints.yaml"
FIELDS = ("id", "customer", "channel", "category", "product", "severity", "opened", "first_response", "closed", "satisfied", "cause")
NEEDED = ("id", "opened")
YES = ("1", "yes", "y", "true", "satisfied", "是", "满意", "很满意")
NO = ("0", "no", "n", "false", "dissatisfied", "否", "不满意", "很不满意")


def _share(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and not 0 < value < 1:
        raise ValueError(f"{value!r} is not a share between 0 and 1; write 0.05 for 5 %")
    return value


def _positive(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and not 0 < value <= 1e6:
        raise ValueError(f"{value!r} is not a number of minutes above 0")
    return value


class Kind(Strict):
    """A category, product, channel, severity or cause: its label; for a category, the cause behind it unless a row says another."""

    label: Label = Text()
    cause: str | None = None


class ComplaintSettings(Strict):
    """How a register is read and judged.

    ``columns`` says what the file calls a field. A first response is in time within ``promised_minutes``; a product is a priority where its
    complaints pass ``monthly_threshold`` of its orders in a month. ``rate`` names the denominator behind the key figure complaint_rate.
    """

    categories: dict[str, Kind] = Field(default_factory=dict)
    products: dict[str, Kind] = Field(default_factory=dict)
    channels: dict[str, Kind] = Field(default_factory=dict)
    severities: dict[str, Kind] = Field(default_factory=dict)
    causes: dict[str, Kind] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    satisfied: Words = YES
    dissatisfied: Words = NO
    promised_minutes: Annotated[Number, BeforeValidator(_positive)] = 30.0
    monthly_threshold: Annotated[Number, BeforeValidator(_share)] = 0.05
    rate: Literal["orders", "customers"] = "customers"
    loyalty: str | None = None

    def label(self, kind: str, name: str, language: str) -> str:
        """The label of a category, product, channel, severity or cause in "en" or "zh"; its name where the file is silent.

        Parameters
        ----------
        kind : str
            categories, products, channels, severities or causes.
        name, language : str
            As in the register; en or zh.
        """
        known: dict[str, Kind] = getattr(self, kind)
        return (known[name].label.say(language) if name in known else "") or name


def load_complaint_settings(study: Study) -> ComplaintSettings:
    """The study's complaints.yaml, or the defaults where it has none.

    Raises
    ------
    ParamsError
        A mistake in the file by key, a column for a field that there is not, a cause that is not listed, or a word that means both.
    """
    path = study.paths.params / FILE
    if not path.is_file():
        return ComplaintSettings()
    where = f"{path.parent.name}/{path.name}"
    found = check(ComplaintSettings, read_yaml(path), where)
    for field in found.columns:
        if field not in FIELDS:
            raise ParamsError(f"{where}: columns: no field {field!r}.{nearest(field, FIELDS)}")
    for name, kind in found.categories.items():
        if kind.cause is not None and kind.cause not in found.causes:
            raise ParamsError(
                f"{where}: {name}: no cause {kind.cause!r}.{nearest(kind.cause, found.causes)} Causes are listed under causes:."
            )
    both = set(found.satisfied) & set(found.dissatisfied)
    if both:
        raise ParamsError(f"{where}: {min(both)!r} means both satisfied and dissatisfied.")
    if found.loyalty is not None and found.loyalty not in study.codebook.items:
        raise ParamsError(f"{where}: loyalty: no item {found.loyalty!r} in the codebook.{nearest(found.loyalty, study.codebook.items)}")
    return found
