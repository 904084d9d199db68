"""Phrases of the heat map of segments, in English and Chinese."""

from __future__ import annotations

PHRASES: dict[str, tuple[str, str]] = {
    "heat_all": ("All respondents", "全体"),
    "heat_best": ("{name}: {label} {value} ({change})", "{name}：{label} {value}（{change}）"),
    "heat_alt": (
        "{rows} groups by {columns} scores, coloured by the distance from all respondents. Larger than chance: {names}",
        "{rows} 个人群 × {columns} 项得分，按与全体的差距着色。显著不同：{names}",
    ),
    "heat_none": ("none", "无"),
    "heat_caption": (
        "Blue is better than all, brown worse; full colour at {full} points. ▲ ▼ clearly above or below the others (Holm over {count}).",
        "蓝色优于全体，棕色劣于全体，相差 {full} 分时颜色最深。▲ ▼ 表示显著高于或低于其余受访者（{count} 次比较，Holm 校正）。",
    ),
    "heat_far": ("Furthest: {names}.", "差距最大：{names}。"),
    "heat_level": ("No group differs from everybody else by more than chance.", "没有人群与其余受访者显著不同。"),
    "heat_less": ("Of {names} less is better.", "{names}越低越好。"),
    "heat_hidden": (
        "Hatched: fewer than {below} respondents, or needed to protect such a group.",
        "斜线格：受访者少于 {below} 人，或为保护此类人群而隐藏。",
    ),
    "heat_unlike": (
        "A dash: the questions measure something else in that group.",
        "短横：题目在该人群中所测内容不同。",
    ),
}
