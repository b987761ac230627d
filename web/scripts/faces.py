"""Makes the serif and the hand of the studio's preview, out of the fonts that internal/compose draws with.

    python3 -m venv .venv && .venv/bin/pip install -r scripts/requirements.txt
    .venv/bin/python scripts/faces.py

Run it again when internal/compose/fonts changes. It writes src/studio/faces/ and
src/studio/faces.css, which are committed so that a build needs no Python. Each
face comes in chunks by unicode-range, so that a headline of ten syllables
fetches two or three of them, and only who uses the face fetches any.
"""

import lzma
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

WEB = Path(__file__).resolve().parent.parent
FONTS = WEB.parent / "internal" / "compose" / "fonts"
OUT = WEB / "src" / "studio" / "faces"
CSS = WEB / "src" / "studio" / "faces.css"
# The names by which an ad's markup asks for them (internal/compose/font.go).
FACES = {"serif": "nanoCocoa Serif", "hand": "nanoCocoa Hand"}

# The syllables of the tile that shows the face come first: a chunk of their own.
SAMPLE = "가나다"

# Characters of a chunk: about 60 KB of the serif.
CHUNK = 192


def ranges(codes: list[int]) -> str:
    """Code points in the form of unicode-range."""
    spans: list[list[int]] = []
    for code in codes:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in spans)


def make(source: bytes, family: str, codes: list[int], name: str) -> str:
    """Writes one chunk and gives its @font-face."""
    font = TTFont(BytesIO(source))
    options = subset.Options()
    options.hinting = False
    options.name_IDs = [1, 2]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    for record in font["name"].names:
        record.string = family if record.nameID == 1 else "Regular"
    font.flavor = "woff2"
    font.recalcTimestamp = False
    path = OUT / f"{name}.woff2"
    font.save(path)
    print(f"{path.name}: {len(codes)} characters, {path.stat().st_size / 1000:.0f} kB")
    return f"""@font-face {{
  font-family: '{family}';
  src: url('./faces/{path.name}') format('woff2');
  font-weight: 700;
  font-display: swap;
  unicode-range: {ranges(codes)};
}}
"""


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.woff2"):
        old.unlink()
    faces = []
    for name, family in FACES.items():
        source = lzma.decompress((FONTS / f"nanococoa-{name}-bold.ttf.xz").read_bytes())
        (OUT / f"OFL-{name}.txt").write_bytes((FONTS / f"LICENSE-{name}.txt").read_bytes())
        sample = [ord(c) for c in SAMPLE]
        has = sorted(c for c in TTFont(BytesIO(source)).getBestCmap() if c >= 0x20 and c not in sample)
        latin = [c for c in has if c < 0xAC00]
        hangul = [c for c in has if 0xAC00 <= c <= 0xD7A3]
        chunks = {"sample": sample, "latin": latin}
        chunks |= {str(i // CHUNK + 1): hangul[i : i + CHUNK] for i in range(0, len(hangul), CHUNK)}
        faces += [make(source, family, codes, f"{name}-{chunk}") for chunk, codes in chunks.items()]
    CSS.write_text("/* Written by scripts/faces.py. */\n\n" + "\n".join(faces), "utf-8")


if __name__ == "__main__":
    main()
