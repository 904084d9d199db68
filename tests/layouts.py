"""One set of answers, written the way each program writes it."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pandas as pd
import pyreadstat

SCALE = {
    1: ("very dissatisfied", "很不满意"),
    2: ("dissatisfied", "不满意"),
    3: ("neither", "一般"),
    4: ("satisfied", "满意"),
    5: ("very satisfied", "很满意"),
}
OVERALL = {"en": "Overall, how satisfied are you?", "zh": "总体而言，您有多满意？"}
GRID = {"en": "How satisfied are you with the following?", "zh": "您对以下方面的满意程度"}
ROWS = {"food": ("Food", "餐饮"), "signs": ("Signs", "指示牌"), "wifi": ("Wi-Fi", "无线网络")}
CITY = {"en": "Which city do you live in?", "zh": "您住在哪个城市？"}
REMARKS = {"en": "Anything else you would like to tell us?", "zh": "您还有什么想告诉我们的？"}

_LABELS = "\n".join(f"      {code}: {{en: {en}, zh: {zh}}}" for code, (en, zh) in SCALE.items())
CODEBOOK = f"""\
title: {{en: Airport, zh: 机场}}
defaults:
  scale:
    min: 1
    max: 5
    labels:
{_LABELS}
items:
  overall: {{wording: {{en: "{OVERALL["en"]}", zh: {OVERALL["zh"]}}}}}
  food: {{label: {{en: Food, zh: 餐饮}}}}
  signs: {{label: {{en: Signs, zh: 指示牌}}}}
  wifi: {{label: {{en: Wi-Fi, zh: 无线网络}}}}
attributes:
  city: {{role: segment, label: {{en: "{CITY["en"]}", zh: {CITY["zh"]}}}}}
  remarks: {{role: comment, label: {{en: "{REMARKS["en"]}", zh: {REMARKS["zh"]}}}}}
"""
NAMES = ("overall", "food", "signs", "wifi", "city", "remarks")
_SAID = [
    'fine, "really"',
    "太慢了，等了30分钟",
    "first line\nsecond line",
    "",
    "a;b\tc",
    "=1+1",
    "好；\n“不错”",
    "",
    "x",
    "<b>bold</b>",
    "100%",
    "ok",
]
ANSWERS = [
    (1 + n % 5, 1 + (n * 2) % 5, 1 + (n * 3 + 1) % 5, None if n % 4 == 3 else 1 + (n + 2) % 5, ("北京", "Zürich", "上海")[n % 3], _SAID[n])
    for n in range(12)
]


def text_of(rows, separator=","):
    lines = io.StringIO()
    csv.writer(lines, delimiter=separator, lineterminator="\n").writerows(rows)
    return lines.getvalue()


def written(folder, name, rows, encoding="utf-8"):
    """Rows as a text file."""
    path = folder / name
    path.write_bytes(text_of(rows).encode(encoding))
    return path


def saved(folder, name, rows, merged=()):
    """Rows as a workbook's first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
        for cell in book.active[book.active.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for cells in merged:
        book.active.merge_cells(cells)
    book.create_sheet("Notes").append(["a", "b"])
    book.save(folder / name)
    return folder / name


def worded(answers, language, skipped=""):
    """The rated answers as the words on the questionnaire."""
    return [*(skipped if code is None else SCALE[code][language == "zh"] for code in answers[:4]), *answers[4:]]


def numbers(answers, skipped="", mark=""):
    """The rated answers as codes."""
    return [*(skipped if code is None else f"{mark}{code}" for code in answers[:4]), *answers[4:]]


def as_csv(folder):
    return written(folder, "wave.csv", [NAMES, *map(numbers, ANSWERS)])


def as_excel(folder):
    rows = [
        ["Airport survey, third quarter"],
        [None],
        ["overall", "How satisfied are you with the following?", None, None, "city", "remarks"],
        [None, "food", "signs", "wifi", None, None],
        *[list(row) for row in ANSWERS],
        [None],
        ["* Interviews at the gates."],
        ["Source: own survey"],
    ]
    return saved(folder, "wave.xlsx", rows, ["B3:D3", "A3:A4", "E3:E4", "F3:F4"])


def as_parquet(folder):
    pd.DataFrame(ANSWERS, columns=NAMES).to_parquet(folder / "wave.parquet")
    return folder / "wave.parquet"


def as_spss(folder, name="wave.sav"):
    frame = pd.DataFrame(ANSWERS, columns=["Q1", "Q2_1", "Q2_2", "Q2_3", "Q3", "Q4"])
    frame["Q2_3"] = frame["Q2_3"].astype(float)
    labels = [OVERALL["en"], *(f"{GRID['en']} - {en}" for en, _ in ROWS.values()), CITY["en"], REMARKS["en"]]
    coded = {column: {code: en for code, (en, _) in SCALE.items()} for column in frame.columns[:4]}
    pyreadstat.write_sav(
        frame,
        folder / name,
        column_labels=labels,
        variable_value_labels=coded,
        missing_ranges={"Q1": [98, 99]},
        compress=name.endswith("zsav"),
    )
    return folder / name


def as_zsav(folder):
    return as_spss(folder, "wave.zsav")


QUALTRICS_LEAD = [
    *("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId"),
    *("RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference", "LocationLatitude", "LocationLongitude"),
    *("DistributionChannel", "UserLanguage"),
]


def as_qualtrics(folder, language="en"):
    """Codes in English; choice texts in Chinese, as the export's option has it."""
    questions = [
        OVERALL[language],
        *(f"{GRID[language]}\n - {row[language == 'zh']}" for row in ROWS.values()),
        CITY[language],
        REMARKS[language],
    ]
    ids = ["Q1", "Q2_1", "Q2_2", "Q2_3", "Q3", "Q4"]
    imports = [json.dumps({"ImportId": name}) for name in [*QUALTRICS_LEAD, *ids]]

    def row(n, answers, status="0", finished="1"):
        told = numbers(answers, skipped="-99") if language == "en" else worded(answers, "zh")
        about = ["2026-09-01 10:00:00", "2026-09-01 10:06:00", status, "192.0.2.1", "100", "360", finished, "2026-09-01 10:06:01", f"R_{n}"]
        return [*about, *[""] * 6, "anonymous", "EN", *told]

    rows = [row(n, answers) for n, answers in enumerate(ANSWERS)]
    rows[3:3] = [row(90, ANSWERS[0], status="1"), row(91, ANSWERS[1], status="1")]
    rows.append(row(92, (2, None, None, None, "", ""), finished="0"))
    return written(folder, "wave.csv", [[*QUALTRICS_LEAD, *ids], [*QUALTRICS_LEAD, *questions], imports, *rows], "utf-8-sig")


def as_qualtrics_words(folder):
    return as_qualtrics(folder, "zh")


def as_qualtrics_legacy(folder):
    lead = [
        "ResponseID",
        "ResponseSet",
        "Name",
        "ExternalDataReference",
        "Email",
        "IPAddress",
        "Status",
        "StartDate",
        "EndDate",
        "Finished",
    ]
    questions = [OVERALL["en"], *(f"{GRID['en']}-{en}" for en, _ in ROWS.values()), CITY["en"], REMARKS["en"]]
    rows = [
        [*(f"V{n + 1}" for n in range(10)), "Q1", "Q2_1", "Q2_2", "Q2_3", "Q3", "Q4", ""],
        [*lead, *questions, ""],
        *[[f"R_{n}", "Default", *[""] * 4, "0", "2026-09-01", "2026-09-01", "1", *numbers(each), ""] for n, each in enumerate(ANSWERS)],
    ]
    return written(folder, "wave.csv", rows, "utf-8-sig")


def as_surveymonkey(folder):
    lead = ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address", "First Name", "Last Name"]
    lead.append("Custom Data 1")
    rows = [
        [*lead, OVERALL["en"], f"<strong>{GRID['en']}</strong>", "", "", CITY["en"], REMARKS["en"]],
        [*[""] * 9, "Response", "Food", "Signs", "Wi-Fi", "Open-Ended Response", "Open-Ended Response"],
        *[[f"1{n:04d}", "77", "09/01/2026", "09/01/2026", *[""] * 5, *worded(each, "en")] for n, each in enumerate(ANSWERS)],
    ]
    return written(folder, "wave.csv", rows)


def as_google_forms(folder, language="en"):
    grid = [f"{GRID[language]} [{row[language == 'zh']}]" for row in ROWS.values()]
    header = ["Timestamp" if language == "en" else "时间戳记", OVERALL[language], *grid, CITY[language], REMARKS[language]]
    return written(folder, "wave.csv", [header, *[["2026/09/01 10:06:00 AM GMT+8", *worded(each, language)] for each in ANSWERS]])


def as_google_forms_chinese(folder):
    return as_google_forms(folder, "zh")


LIME_LEAD = ["id", "submitdate", "lastpage", "startlanguage", "seed"]


def _lime(folder, header):
    def row(n, answers, submitted="2026-09-01 10:06:00"):
        return [str(n + 1), submitted, "3", "en", "12345", *numbers(answers, mark="A")]

    rows = [*[row(n, each) for n, each in enumerate(ANSWERS)], row(20, (3, None, None, None, "", ""), submitted="")]
    return written(folder, "wave.csv", [header, *rows])


def as_limesurvey(folder):
    """Question code and text."""
    asked = [
        f"G01Q01. {OVERALL['en']}",
        *(f"G01Q02[SQ00{n}]. {GRID['en']} [{en}]" for n, (en, _) in enumerate(ROWS.values(), start=1)),
        f"G01Q03. {CITY['en']}",
        f"G01Q04. {REMARKS['en']}",
    ]
    lead = ["id. Response ID", "submitdate. Date submitted", "lastpage. Last page", "startlanguage. Start language", "seed. Seed"]
    return _lime(folder, [*lead, *asked])


LIME_CODES = ["G01Q01", "G01Q02[SQ001]", "G01Q02[SQ002]", "G01Q02[SQ003]", "G01Q03", "G01Q04"]
LIME_OLD = ["712X3X41", "712X3X42SQ001", "712X3X42SQ002", "712X3X42SQ003", "712X3X43", "712X3X44"]


def as_limesurvey_codes(folder):
    return _lime(folder, [*LIME_LEAD, *LIME_CODES])


def as_limesurvey_old(folder):
    return _lime(folder, [*LIME_LEAD, *LIME_OLD])


WJX_LEAD = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]


def _wjx_row(n, cells):
    return [str(n + 1), "2026/9/1 10:06:00", "360秒", "微信", "N/A", "192.0.2.1(北京-北京)", *cells]


def wjx_text_rows():
    """Multi-select joined by ┋ with an open option, and a ranking."""
    asked = [f"1、{OVERALL['zh']}", *(f"2、{zh}" for _, zh in ROWS.values()), f"3、{CITY['zh']}", f"4、{REMARKS['zh']}"]
    header = [*WJX_LEAD, *asked, "5、您的爱好", "6、请排序", "总分"]
    more = ["运动┋音乐┋其他〖下棋〗", "餐饮→指示牌", "15"]
    return [header, *[_wjx_row(n, [*worded(each, "zh", skipped="(跳过)"), *more]) for n, each in enumerate(ANSWERS)]]


def as_wjx_text(folder):
    return saved(folder, "wave.xlsx", wjx_text_rows())


def as_wjx_text_csv(folder):
    return written(folder, "wave.csv", wjx_text_rows(), "gb18030")


def as_wjx_number(folder):
    asked = [f"1、{OVERALL['zh']}", *(f"2、{GRID['zh']}—{zh}" for _, zh in ROWS.values()), f"3、{CITY['zh']}", f"4、{REMARKS['zh']}"]
    header = [*WJX_LEAD, *asked, "第5题(运动)", "第5题(音乐)", "总分"]

    def cells(each):
        return [*numbers(each[:5], skipped="-3"), each[5] or "-2", "1", "0", "15"]

    return saved(folder, "wave.xlsx", [header, *[_wjx_row(n, cells(each)) for n, each in enumerate(ANSWERS)]])


def as_tencent(folder):
    asked = [f"Q1.{OVERALL['zh']}", *(f"Q2.{GRID['zh']}:{zh}" for _, zh in ROWS.values()), f"Q3.{CITY['zh']}", f"Q4.{REMARKS['zh']}"]
    tail = ["开始时间", "提交时间", "答题时长", "IP省份", "IP城市", "IP地址", "浏览器", "操作系统"]
    after = ["2026-09-01 10:00:00", "2026-09-01 10:06:00", "6分0秒", "北京", "北京", "192.0.2.1", "Chrome", "Windows"]
    rows = [["答题序号", "来源", *asked, *tail], *[[str(n + 1), "链接", *worded(each, "zh"), *after] for n, each in enumerate(ANSWERS)]]
    return written(folder, "wave.csv", rows, "gb18030")


def as_long(folder):
    rows = [
        (f"R{n}", name, str(cell))
        for n, each in enumerate(ANSWERS)
        for name, cell in zip(NAMES, each, strict=True)
        if cell not in (None, "")
    ]
    return written(folder, "wave.csv", [("respondent", "item", "value"), *rows])


# The columns that a person must name, because the program writes codes without the questions.
COLUMNS = {"as_limesurvey_codes": LIME_CODES, "as_limesurvey_old": LIME_OLD}
WRITERS = {
    as_csv: "csv",
    as_excel: "excel",
    as_parquet: "parquet",
    as_spss: "spss",
    as_zsav: "spss",
    as_qualtrics: "qualtrics",
    as_qualtrics_words: "qualtrics",
    as_qualtrics_legacy: "qualtrics",
    as_surveymonkey: "surveymonkey",
    as_google_forms: "google_forms",
    as_google_forms_chinese: "google_forms",
    as_limesurvey: "limesurvey",
    as_limesurvey_codes: "limesurvey",
    as_limesurvey_old: "limesurvey",
    as_wjx_text: "wjx_text",
    as_wjx_text_csv: "wjx_text",
    as_wjx_number: "wjx_number",
    as_tencent: "tencent",
    as_long: "long",
}
