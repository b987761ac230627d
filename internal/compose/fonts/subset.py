"""Make the fonts that internal/compose embeds out of Pretendard 1.3.9.

    npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz
    pip install -r requirements.txt
    python subset.py package/dist

Run it only to change the character set; its output is committed. Two runs give
the same bytes. Pretendard is a Reserved Font Name under the OFL, and a subset
is a modified version, so the result carries another name.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "nanoCocoa Sans"
WEIGHTS = {"Bold": 700, "Medium": 500}

# What Korean shops write. All modern syllables rather than KS X 1001's 2,350,
# because brand names and slang use the others. No Hanja and no kana: the
# source has none of the former and owners rarely type the latter.
UNICODES = [
    (0x0020, 0x007E), (0x00A0, 0x017F),  # Latin, Latin-1, Extended-A
    (0x0391, 0x03C9),                    # Greek, for β-glucan and friends
    (0x1EA0, 0x1EF9),                    # Vietnamese, for dishes and brands
    (0x2010, 0x2027), (0x2030, 0x205E),  # punctuation
    (0x2070, 0x209C), (0x20A0, 0x20BF),  # super- and subscripts, currencies
    (0x2100, 0x214F), (0x2150, 0x217F),  # ℃ ™ №, fractions, Roman numerals
    (0x2190, 0x21D4), (0x2202, 0x226B),  # arrows, mathematics
    (0x2460, 0x24FF), (0x25A0, 0x25EF),  # ①, geometric shapes
    (0x2605, 0x2606), (0x2661, 0x266A), (0x2713, 0x2717),  # ★ ♥ ♪ ✓
    (0x3000, 0x301F),                    # 「」『』【】
    (0x3131, 0x3163), (0x318D, 0x318D),  # compatibility jamo: ㅋㅋ
    (0x321C, 0x321C), (0x3380, 0x33DD),  # ㈜, ㎖ ㎏ ㎡
    (0xAC00, 0xD7A3),                    # syllables
    (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),  # full-width forms
]


def main(dist: Path) -> None:
    out = Path(__file__).parent
    for style, weight in WEIGHTS.items():
        font = TTFont(dist / "public/static" / f"Pretendard-{style}.otf", recalcTimestamp=False)
        options = subset.Options()
        # calt and liga are off in browsers once letter-spacing is set, which
        # it always is here: without them the picture and the HTML shape alike.
        options.layout_features = ["kern"]
        options.name_IDs = [0, 7, 13, 14]
        options.notdef_outline = True
        options.hinting = False
        options.glyph_names = False
        chosen = subset.Subsetter(options)
        chosen.populate(unicodes=[u for a, b in UNICODES for u in range(a, b + 1)])
        chosen.subset(font)
        rename(font, style, weight)
        path = out / f"nanococoa-sans-{style.lower()}.otf"
        font.save(path, reorderTables=False)
        print(f"{path.name}: {len(font.getBestCmap())} characters, {path.stat().st_size} bytes")


def rename(font: TTFont, style: str, weight: int) -> None:
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    names = {
        1: f"{FAMILY} {style}", 2: "Regular", 3: f"{postscript};subset of 1.3.9",
        4: f"{FAMILY} {style}", 5: "Version 1.309", 6: postscript, 16: FAMILY, 17: style,
    }
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{FAMILY} {style}", FAMILY
    for part in top.FDArray:
        part.FontName = postscript


if __name__ == "__main__":
    main(Path(sys.argv[1]))
