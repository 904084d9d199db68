"""Personal data in comments: a thousand of them in many spellings, and none is left; ordinary numbers stay."""

from __future__ import annotations

import random
import re
import unicodedata
from itertools import pairwise

import pandas as pd
import pytest

from csat_lib.voice import known_names, mask, mask_all, personal

CHINESE = "零一二三四五六七八九"
WRAPPED = (
    "Please call {} today.",
    "请联系{}，谢谢！",
    "我的号码是{}。",
    "{}",
    "The queue was too long ({}), sort it out",
    "结账太慢,{},希望改进",
    "联系方式：{}",
)
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if 33 <= ord(each) < 127 else each for each in text)


def mobile(draw: random.Random) -> str:
    return "1" + draw.choice("3456789") + "".join(draw.choice("0123456789") for _ in range(9))


def phone(draw: random.Random) -> str:
    """A Chinese mobile number, a landline or an international number, as people write them."""
    n = mobile(draw)
    rest = "".join(draw.choice("0123456789") for _ in range(8))
    ways = [
        n,
        f"{n[:3]} {n[3:7]} {n[7:]}",
        f"{n[:3]}-{n[3:7]}-{n[7:]}",
        f"{n[:3]}.{n[3:7]}.{n[7:]}",
        f"+86 {n}",
        f"+86-{n[:3]}-{n[3:]}",
        f"0086{n}",
        f"(+86) {n[:3]} {n[3:]}",
        full_width(n),
        full_width(f"+86{n}"),
        "".join(CHINESE[int(each)] for each in n),
        "".join(each + "\u200b" for each in n),
        "".join(each + "\ufe0f\u20e3" for each in n),
        " ".join(n),
        f"010-{rest}",
        f"(021) {rest[:4]} {rest[4:]}",
        f"0755{rest}",
        f"400-{rest[:3]}-{rest[3:7]}",
        f"+44 (0)20 {rest[:4]} {rest[4:]}",
        f"+1 (415) 555-{rest[:4]}",
        f"+852 {rest[:4]} {rest[4:]}",
        f"+49 170 {rest[:7]}",
    ]
    return draw.choice(ways)


def mail(draw: random.Random) -> str:
    """An e-mail address, plain, full-width, spelt out, with letters of other scripts."""
    who = draw.choice(["zhang.wei", "li_na88", "j.o'neill", "anne+shop", "王小明", "josé.díaz", "иван.петров", "a-b.c"])
    where = draw.choice(["163.com", "qq.com", "example.co.uk", "mail.example.org", "例子.公司", "bücher.de", "firma-gmbh.de"])
    name, end = where.rsplit(".", 1)
    ways = [
        f"{who}@{where}",
        f"{who.upper()}@{where.upper()}",
        full_width(f"{who}@{where}"),
        f"{who} @ {where}",
        f"{who}[at]{where}",
        f"{who}(at){name}[dot]{end}",
        f"{who}＠{name}．{end}",
        f"{who}@{name}。{end}",
    ]
    return draw.choice(ways)


def card(draw: random.Random) -> str:
    """An 18-digit or 15-digit ID card number."""
    area, day = draw.choice(["110105", "310115", "440306"]), f"{draw.randint(1950, 2005)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    last = draw.choice("0123456789X")
    long = f"{area}{day}{draw.randint(100, 999)}{last}"
    short = f"{area}{day[2:]}{draw.randint(100, 999)}"
    ways = [long, long.lower(), f"{long[:6]} {long[6:14]} {long[14:]}", full_width(long), f"{long[:6]}-{long[6:14]}-{long[14:]}", short]
    return draw.choice(ways)


def plain(text: str) -> str:
    """What a reader, or a program, could still make out: digits of any script as digits, invisible characters gone."""
    shown = "".join("" if unicodedata.category(each) in {"Cf", "Mn", "Me"} else each for each in unicodedata.normalize("NFKC", text))
    return shown.translate(str.maketrans(CHINESE + "〇", "01234567890"))


def leftover(text: str) -> list[str]:
    """Runs of seven digits and more, and anything that looks like an address."""
    seen = plain(text)
    return [*re.findall(r"(?:\d[\W_]{0,3}){7,}", seen), *re.findall(r"\S+@\S+", seen), *re.findall(r"\S+\[at\]\S+|\S+\(at\)\S+", seen)]


def residue(masked: str, frame: str) -> str:
    """What is left of the secret: the masked text without its bracket must be the beginning of the frame and its end."""
    before, after = frame.split("{}")
    rest = re.sub(r"\[[a-z -]+\]", "\0", masked)
    start, _, end = rest.partition("\0")
    return "" if "\0" in rest and before.startswith(start) and after.endswith(end.replace("\0", "")) else masked


def corpus(count: int = 1000, seed: int = 1) -> list[tuple[str, str]]:
    """The frame of a comment and what is planted in it, a third each of phones, addresses and cards."""
    draw = random.Random(seed)  # noqa: S311  spellings, not secrets
    makers = [phone, mail, card]
    found = []
    for number in range(count):
        secret = makers[number % 3](draw)
        found.append((draw.choice(WRAPPED), secret))
    return found


def test_none_of_a_thousand_planted_numbers_addresses_and_cards_is_left():
    planted = corpus()
    assert len(planted) == 1000
    masked = [(frame, mask(frame.format(secret))) for frame, secret in planted]
    assert [text for frame, text in masked if leftover(text) or residue(text, frame)] == []


def test_the_planted_corpus_is_seen_by_the_scan_that_finds_none():
    assert sum(bool(leftover(frame.format(secret))) for frame, secret in corpus()) > 850


def test_only_the_personal_part_goes():
    assert mask("我的邮箱是zhang@163.com，谢谢") == "我的邮箱是[e-mail]，谢谢"
    assert mask("电话13800138000找我", words={"phone": "电话"}) == "电话[电话]找我"
    assert mask("身份证11010519491231002X") == "身份证[id card]"
    assert mask("call 1380013800", words={}).startswith("call [phone]")


@pytest.mark.parametrize(
    "text",
    [
        "I waited 20 minutes on 2026-09-21, twice",
        "等了二十分钟，2026年9月21日",
        "cheaper in 2024-2025",
        "paid 1,234,567 yuan",
        "two of 10 tills, 3 people, 45 minutes",
        "第一二三号收银台",
        "I shopped at home. Come on!",
        "一共花了128.50元",
        "",
        "👍👍👍",
    ],
)
def test_ordinary_numbers_and_words_stay(text):
    assert mask(text) == text


@pytest.mark.parametrize("plate", ["京A12345", "沪A·D12345", "粤b 6789z", "川AF12345", "新ａ１２３４５"])
def test_number_plates_are_masked(plate):
    assert mask(f"我的车{plate}被刮了") == "我的车[plate]被刮了"


def test_customers_names_are_masked_in_both_scripts_and_parts_of_words_are_not():
    names = known_names(["Anne Smith", "王小明", "C102P0001", None, "x", float("nan")])
    assert mask("ANNE  SMITH and anne smith said so", names) == "[name] and [name] said so"
    assert mask("店员认识王小明，很好", names) == "店员认识[name]，很好"
    assert mask("my number is C102P0001.", names) == "my number is [name]."
    assert mask("Annette Smithson", names) == "Annette Smithson"


def test_staff_with_a_title_are_masked():
    assert mask("李经理态度很好") == "[name]态度很好"
    assert mask("Mrs. Miller was kind") == "[name] was kind"


def test_accounts_of_messengers_are_masked():
    assert mask("加我微信号abc_12345吧") == "加我[account]吧"


def test_a_very_long_hostile_text_is_masked_in_time_and_whole():
    for piece in ("1 ", "a@", "@", "a.", "+", "一", "x-", "dot ", "京A", "微信"):
        assert isinstance(mask(piece * (10_000 // len(piece))), str)


def test_a_column_keeps_its_gaps_and_rows():
    texts = pd.Series(["13800138000", None, "fine"], index=[5, 7, 9])
    masked = mask_all(texts)
    assert masked.index.tolist() == [5, 7, 9]
    assert masked[5] == "[phone]"
    assert masked[9] == "fine"
    assert pd.isna(masked[7])


def test_spans_are_in_order_and_apart():
    found = personal("a@b.com 13800138000 京A12345 and Mr. Brown")
    assert [kind for *_, kind in found] == ["e-mail", "phone", "plate", "name"]
    assert all(one[1] <= two[0] for one, two in pairwise(found))
