"""Make the fonts that internal/compose embeds, out of Pretendard, Gowun Batang and Gaegu.

    npm pack pretendard@1.3.9 @expo-google-fonts/gowun-batang@0.4.1 @expo-google-fonts/gaegu@0.4.1
    for f in *.tgz; do mkdir -p ${f%-*} && tar xzf $f -C ${f%-*}; done
    pip install -r requirements.txt
    python subset.py .

Run it only to change the character set; its output is committed. Two runs give
the same bytes. Pretendard is a Reserved Font Name under the OFL, and a subset
is a modified version, so the results carry other names.
"""

import copy
import lzma
import sys
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

# Family, style, weight, file within the folder of the packages, whether the rest of Hangul
# is made of it: one weight of those syllables serves both weights of the sans.
FONTS = [
    ("Sans", "Bold", 700, "pretendard/package/dist/public/static/Pretendard-Bold.otf", True),
    ("Sans", "Medium", 500, "pretendard/package/dist/public/static/Pretendard-Medium.otf", False),
    ("Serif", "Bold", 700,
     "expo-google-fonts-gowun-batang/package/700Bold/GowunBatang_700Bold.ttf", False),
    ("Hand", "Bold", 700, "expo-google-fonts-gaegu/package/700Bold/Gaegu_700Bold.ttf", False),
]

# The Hangul of KS X 1001, which is what nearly every text is written in, and all that
# Gaegu has. The rest of the sans is a font of its own, packed, that is unpacked when a text
# has such a syllable. The serif has no rest: it would be 2 MB.
KS_X_1001 = [ord(bytes([a, b]).decode("euc-kr")) for a in range(0xB0, 0xC9) for b in range(0xA1, 0xFF)]

# Signs that Gaegu lacks, the sign of its own that stands in, and how far up it moves (em).
STAND_INS = {0x00B7: (0x002E, 0.3), 0x2013: (0x002D, 0), 0x2014: (0x002D, 0), 0x00D7: (0x0078, 0)}

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


def main(packages: Path) -> None:
    known = {u for a, b in UNICODES for u in range(a, b + 1)}
    rest = set(range(0xAC00, 0xD7A4)) - set(KS_X_1001)
    for family, style, weight, source, all_hangul in FONTS:
        make(packages / source, family, style, weight, known - rest, packed=family != "Sans")
        if all_hangul:
            make(packages / source, f"{family} Rest", style, weight, rest, packed=True)


def make(source: Path, family: str, style: str, weight: int, unicodes: set[int], *, packed: bool) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    # calt and liga are off in browsers once letter-spacing is set, which
    # it always is here: without them the picture and the HTML shape alike.
    options.layout_features = ["kern"]
    options.name_IDs = [0, 7, 13, 14]
    options.notdef_outline = True
    options.hinting = False
    options.glyph_names = False
    # Outlines that share their parts by subroutines are smaller, and larger once packed.
    options.desubroutinize = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "DSIG"]
    if family == "Hand":
        stand_in(font)
        font["head"].unitsPerEm = 870  # of 1000: it is drawn small in its em
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=sorted(unicodes))
    chosen.subset(font)
    rename(font, f"nanoCocoa {family}", style, weight)
    name = f"nanococoa-{family.lower().replace(' ', '-')}-{style.lower()}{source.suffix}"
    made = BytesIO()
    font.save(made, reorderTables=False)
    data = made.getvalue()
    if packed:
        data, name = pack(data), f"{name}.xz"
    (Path(__file__).parent / name).write_bytes(data)
    print(f"{name}: {len(font.getBestCmap())} characters, {len(data)} bytes")


def pack(data: bytes) -> bytes:
    best = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 21}]
    return lzma.compress(data, check=lzma.CHECK_CRC32, filters=best)


def stand_in(font: TTFont) -> None:
    glyphs, known = font["glyf"], font.getBestCmap()
    for missing, (there, up) in STAND_INS.items():
        if missing in known:
            continue
        name = f"uni{missing:04X}"
        glyph = copy.deepcopy(glyphs[known[there]])
        glyph.coordinates.translate((0, round(up * font["head"].unitsPerEm)))
        glyph.recalcBounds(glyphs)
        glyphs[name] = glyph
        font["hmtx"][name] = font["hmtx"][known[there]]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[missing] = name


def rename(font: TTFont, family: str, style: str, weight: int) -> None:
    postscript = f"{family.replace(' ', '')}-{style}"
    version = "1.309" if "CFF " in font else f"{font['head'].fontRevision:.3f}"
    names = {
        1: f"{family} {style}", 2: "Regular", 3: f"{postscript};subset of {'1.3.9' if 'CFF ' in font else version}",
        4: f"{family} {style}", 5: f"Version {version}", 6: postscript, 16: family, 17: style,
    }
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    if "CFF " not in font:
        return
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FullName, top.FamilyName = f"{family} {style}", family
    for part in top.FDArray:
        part.FontName = postscript


if __name__ == "__main__":
    main(Path(sys.argv[1]))
