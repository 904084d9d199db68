"""Words of publication, in English and Chinese; ``language`` takes them in."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "provisional": ("provisional figures", "初步数据"),
    "final": ("final figures", "正式数据"),
    "provisional_banner": (
        "These figures are provisional: they may still change before the final report.",
        "本期为初步数据，正式报告发布前可能调整。",
    ),
}
