"""Makes the site's web font: a subset of Pretendard in chunks by unicode-range.

    python3 -m venv .venv && .venv/bin/pip install -r scripts/requirements.txt
    .venv/bin/python scripts/fonts.py

Run it again when a text of src/texts.ts uses a new character; a unit test says
so. It fetches the font by npm, at a fixed version, and writes src/fonts/ and
src/style/fonts.css, which are committed so that a build needs no Python.

The font's licence (SIL OFL 1.1) reserves its name, so the subset is given
another one: "Cocoa Sans".
"""

import hashlib
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PACKAGE = "pretendard@1.3.9"
SHA256 = "0ffc240cee83be02520fb4ac1b2a0a51052b9d13506ade0ba90c591dbbb3bd53"
FAMILY = "Cocoa Sans"

WEB = Path(__file__).resolve().parent.parent
OUT = WEB / "src" / "fonts"
CSS = WEB / "src" / "style" / "fonts.css"
TEXTS = WEB / "src" / "texts.ts"
# Labels and values of the API, which the pages show as they are.
FIELDS = WEB / "src" / "ad" / "fields.gen.ts"

# The weights the pages use, and those between.
WEIGHTS = (400, 700)

# The width of a syllable in Noto Sans CJK KR and in Malgun Gothic, in ems.
FALLBACK_ADVANCE = 0.92

# Characters of a chunk of rare syllables: about 30 KB, which is what one
# unusual syllable in a product's name costs.
RARE = 256

# What an English word, a number or a price in an owner's text needs.
BASIC = [chr(c) for c in range(0x20, 0x7F)] + list("\u00a0·×–—‘’“”…→←↑↓↔✓₩©®™°℃№〈〉《》「」『』")


def ks_x_1001() -> list[str]:
    """The 2,350 syllables of KS X 1001: all that modern texts use but for the odd word."""
    return [bytes([0xB0 + i // 94, 0xA1 + i % 94]).decode("euc-kr") for i in range(2350)]


def texts() -> tuple[set[str], set[str]]:
    """The characters of the start page and frame, and those of the other pages."""
    source = re.sub(r"^\s*(//|\*|/\*).*$", "", TEXTS.read_text("utf-8"), flags=re.M)
    first, rest = set(), set()
    for block in re.split(r"^  (?=\w+: \{$)", source, flags=re.M)[1:]:
        name = block.split(":", 1)[0]
        (first if name in ("site", "footer", "start", "form") else rest).update(block)
    return first, rest - first


def spoken() -> set[str]:
    """The Korean of the API's sentences and of the words it writes into ads."""
    found: set[str] = set()
    for source in (WEB.parent / "internal").rglob("*.go"):
        if not source.name.endswith("_test.go"):
            found.update(re.findall("[가-힣]", source.read_text("utf-8")))
    return found


def fetch() -> Path:
    """The variable font out of the npm package, checked against its digest."""
    where = Path(tempfile.mkdtemp())
    pack = ["npm", "pack", "--silent", PACKAGE, "--pack-destination", where]
    subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
    package = next(where.glob("*.tgz"))
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{PACKAGE} is not the package it was: {digest}")
    with tarfile.open(package) as tar:
        tar.extractall(where, filter="data")
    return where / "package" / "dist"


def make(font_file: Path, characters: list[str], name: str) -> str:
    """Writes one chunk and gives its @font-face."""
    font = TTFont(font_file)
    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.name_IDs = [1, 2]
    options.layout_features = ["kern", "liga", "calt", "ccmp", "locl", "tnum", "case"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in characters])
    subsetter.subset(font)
    for record in font["name"].names:
        record.string = FAMILY if record.nameID == 1 else "Regular"
    font.flavor = "woff2"
    # The time of the run is no part of the font: the same input, the same bytes.
    font.recalcTimestamp = False
    path = OUT / f"{name}.woff2"
    font.save(path)
    covered = sorted(set(font.getBestCmap()))
    print(f"{path.name}: {len(covered)} characters, {path.stat().st_size / 1000:.0f} kB")
    return f"""@font-face {{
  font-family: '{FAMILY}';
  src: url('../fonts/{path.name}') format('woff2');
  font-weight: {WEIGHTS[0]} {WEIGHTS[1]};
  font-display: swap;
  unicode-range: {ranges(covered)};
}}
"""


def fallback(font: TTFont) -> str:
    """What stands in until the font is there, set to its measures so that little moves when it comes."""
    em = font["head"].unitsPerEm
    adjust = font["hmtx"][font.getBestCmap()[ord("가")]][0] / em / FALLBACK_ADVANCE
    ascent, descent = (abs(v) / em / adjust for v in (font["hhea"].ascent, font["hhea"].descent))
    return f"""
/* Android, Linux and Windows, until the font is there: at its measures. */
@font-face {{
  font-family: 'Cocoa Fallback';
  src: local('Noto Sans CJK KR'), local('Noto Sans KR'), local('Malgun Gothic');
  size-adjust: {adjust:.1%};
  ascent-override: {ascent:.1%};
  descent-override: {descent:.1%};
  line-gap-override: 0%;
}}
"""


def ranges(codes: list[int]) -> str:
    """Code points in the form of unicode-range."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def main() -> None:
    dist = fetch()
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.woff2"):
        old.unlink()
    (OUT / "OFL.txt").write_bytes((dist / "LICENSE.txt").read_bytes())

    limited = Path(tempfile.mkdtemp()) / "limited.ttf"
    font = TTFont(dist / "public" / "variable" / "PretendardVariable.ttf")
    instancer.instantiateVariableFont(font, {"wght": WEIGHTS}, inplace=True)
    font.save(limited)

    has = set(font.getBestCmap())
    first, rest = texts()
    first |= set(BASIC) | set(re.findall("[가-힣]", FIELDS.read_text("utf-8")))
    rest = (rest | spoken()) - first
    rare = [c for c in ks_x_1001() if c not in first and c not in rest]
    chunks = {"first": sorted(first), "pages": sorted(rest)}
    chunks |= {f"rare-{i // RARE + 1}": rare[i : i + RARE] for i in range(0, len(rare), RARE)}
    faces = [make(limited, [c for c in chars if ord(c) in has], name) for name, chars in chunks.items()]
    CSS.write_text("/* Written by scripts/fonts.py. */\n\n" + "\n".join(faces) + fallback(font), "utf-8")


if __name__ == "__main__":
    main()
