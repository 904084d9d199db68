"""Make csat_lib/report/fonts/csat-sans-sc.otf anew: the part of Noto Sans CJK SC that our charts print.

    sudo apt-get install fonts-noto-cjk
    .venv/bin/python .ci/make_font.py [NotoSansCJK-Regular.ttc]

All of GB2312, ASCII, Latin-1, and every further letter of our words files, parameters and notebooks; no hints and no layout
tables. The subset has a name of its own, so that no font of the machine is taken for it. fontTools comes with matplotlib.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TARGET = ROOT / "csat_lib" / "report" / "fonts" / "csat-sans-sc.otf"
FAMILY = "Csat Sans SC"
FURTHER = "–—‘’“”…€−±×÷≤≥≠≈√∞αβγδηλμνπρστφχψωΔΣΩ²³¹½▲▼△▽●○■□◆◇★☆→←↑↓·•‰℃™"
NAMES = {1: FAMILY, 2: "Regular", 3: f"{FAMILY} Regular", 4: FAMILY, 6: "CsatSansSC-Regular", 16: FAMILY, 17: "Regular"}


def letters() -> str:
    """Every character that the subset holds where the font has it."""
    gb2312 = "".join(bytes([high, low]).decode("gb2312", "ignore") for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    latin = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)]))
    ours = [*ROOT.glob("csat_lib/report/**/*.py"), *ROOT.glob("params/**/*.yaml"), *ROOT.glob("notebooks/*.ipynb")]
    return gb2312 + latin + FURTHER + "".join(path.read_text(encoding="utf-8") for path in ours)


def main(source: Path = SOURCE) -> None:
    """Write the subset."""
    font = next(each for each in TTCollection(source).fonts if each["name"].getDebugName(1) == "Noto Sans CJK SC")
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, desubroutinize=False, name_IDs=[*range(20)])
    options.drop_tables += ["vhea", "vmtx", "VORG", "GSUB", "GPOS", "BASE", "DSIG"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters())
    cutter.subset(font)
    names = font["name"]
    for record in list(names.names):
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID]
    cff = font["CFF "].cff
    cff.fontNames[0] = NAMES[6]
    cff[0].FullName, cff[0].FamilyName = FAMILY, FAMILY
    font["head"].created = font["head"].modified = 3_786_912_000  # the same file every time
    font.recalcTimestamp = False
    font.flavor = None
    font.save(TARGET)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
