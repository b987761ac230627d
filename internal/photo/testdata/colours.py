"""Makes the ICC profiles in this folder, and what lcms (through Pillow) makes of colours in
them: colours.json for curves and matrices, tables.json for tables. See README.md."""
import glob
import json

import numpy as np
from PIL import Image, ImageCms

def s15(v):
    return int(round(v * 65536)).to_bytes(4, "big", signed=True)


def curv(*values):
    return b"curv\0\0\0\0" + len(values).to_bytes(4, "big") + b"".join(int(v).to_bytes(2, "big") for v in values)


def para(kind, *values):
    return b"para\0\0\0\0" + kind.to_bytes(2, "big") + b"\0\0" + b"".join(s15(v) for v in values)


def primaries(*xy, white=(0.3127, 0.3290)):
    """Columns of the matrix to XYZ, adapted to D50 by Bradford."""
    xyz = lambda p: np.array([p[0] / p[1], 1, (1 - p[0] - p[1]) / p[1]])
    p = np.stack([xyz(c) for c in xy], axis=1)
    w = xyz(white)
    m = p * np.linalg.solve(p, w)
    b = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
    d50 = np.array([0.9642, 1, 0.8249])
    return np.linalg.inv(b) @ np.diag((b @ d50) / (b @ w)) @ b @ m


def profile(name, space, curves, matrix=None):
    tags = {}
    if space == b"GRAY":
        tags[b"kTRC"] = curves[0]
    else:
        for i, c in enumerate("rgb"):
            tags[c.encode() + b"XYZ"] = xyz(matrix[:, i])
            tags[c.encode() + b"TRC"] = curves[i % len(curves)]
    version = 4 if any(c.startswith(b"para") for c in curves) else 2
    write(name, space, b"XYZ ", version, tags)


def xyz(v):
    return b"XYZ \0\0\0\0" + b"".join(s15(x) for x in v)


def write(name, space, pcs, version, tags):
    tags = {
        b"wtpt": xyz([0.9642, 1, 0.8249]), b"desc": b"desc\0\0\0\0\0\0\0\x05test\0" + bytes(79), b"cprt": b"text\0\0\0\0none\0",
    } | tags
    at = 132 + 12 * len(tags)
    table, data = len(tags).to_bytes(4, "big"), b""
    for key, body in tags.items():
        table += key + (at + len(data)).to_bytes(4, "big") + len(body).to_bytes(4, "big")
        data += body + bytes(-len(body) % 4)
    head = (at + len(data)).to_bytes(4, "big") + b"\0\0\0\0" + {2: b"\x02\x40\0\0", 4: b"\x04\x30\0\0"}[version]
    head += (b"prtr" if space == b"CMYK" else b"mntr") + space + pcs + bytes(12)
    head += b"acsp" + bytes(28) + b"".join(s15(v) for v in [0.9642, 1, 0.8249])
    head += bytes(128 - len(head))
    open(name + ".icc", "wb").write(head + table + data)


srgb_curve = para(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
p3 = primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
adobe = primaries((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
romm = primaries((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), white=(0.3457, 0.3585))
same = primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
profile("display-p3", b"RGB ", [srgb_curve], p3)
profile("adobe-rgb", b"RGB ", [curv(563)], adobe)
profile("table", b"RGB ", [curv(*(65535 * (np.arange(256) / 255) ** 1.8))], romm)
profile("linear", b"RGB ", [curv()], same)
profile("three-curves", b"RGB ", [para(0, 1.8), para(1, 2.2, 1.1, -0.1), para(4, 2.4, 0.9, 0.06, 0.05, 0.05, 0.01, 0.02)], adobe)
profile("offset", b"RGB ", [para(2, 2.0, 1.1, -0.12, 0.02)], p3)
profile("srgb", b"RGB ", [srgb_curve], same)
profile("grey-gamma", b"GRAY", [curv(int(1.8 * 256))])

rng = np.random.default_rng(7)
patches = np.vstack([rng.integers(0, 256, (40, 3)), [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]]]).astype(np.uint8)
colours = {"patches": patches.tolist()}
for name in sorted(n for n in glob.glob("*.icc") if not n.startswith("tables-")):
    mode = "L" if name.startswith("grey") else "RGB"
    src = Image.fromarray(patches[:, 0][None] if mode == "L" else patches[None])
    out = ImageCms.profileToProfile(src, name, ImageCms.createProfile("sRGB"), renderingIntent=1, outputMode="RGB", flags=0x0100 | 0x0040)
    colours[name] = np.asarray(out)[0].tolist()
json.dump(colours, open("colours.json", "w"))


# Profiles made of tables. Each device has colours of its own, so that no table is sRGB.
def grid(n, channels):
    return np.stack(np.meshgrid(*[np.linspace(0, 1, n)] * channels, indexing="ij"), -1).reshape(-1, channels)


def lab(v):
    """XYZ under D50 as CIELAB."""
    t = v / np.array([0.9642, 1, 0.8249])
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], -1)


def u16(values):
    return np.clip(np.round(values), 0, 65535).astype(">u2").tobytes()


def lut(bits, channels, n, values):
    """A lut8Type or lut16Type tag without curves (ICC.1:2022, sections 10.10 and 10.11); values in 0..1."""
    head = {8: b"mft1", 16: b"mft2"}[bits] + bytes(4) + bytes([channels, 3, n, 0]) + b"".join(s15(v) for v in np.eye(3).ravel())
    if bits == 8:
        ramp = bytes(range(256))
        return head + ramp * channels + np.clip(np.round(values * 255), 0, 255).astype(np.uint8).tobytes() + ramp * 3
    return head + (2).to_bytes(2, "big") * 2 + u16([0, 65535]) * channels + u16(values * 65535) + u16([0, 65535]) * 3


def modular(n, values, m_curves, matrix, a_curves, b_curves):
    """A lutAToBType tag (ICC.1:2022, 10.12): A curves, table, M curves, matrix, B curves."""
    pad = lambda b: b + bytes(-len(b) % 4)
    b = b"".join(pad(c) for c in b_curves)
    mat = b"".join(s15(v) for v in matrix)
    m = b"".join(pad(c) for c in m_curves)
    clut = pad(bytes([n] * 3 + [0] * 13 + [2, 0, 0, 0]) + u16(values * 65535))
    a = b"".join(pad(c) for c in a_curves)
    at = np.cumsum([32, len(b), len(mat), len(m), len(clut)])
    offsets = b"".join(int(v).to_bytes(4, "big") for v in at)
    return b"mAB " + bytes(4) + bytes([3, 3, 0, 0]) + offsets + b + mat + m + clut + a


def pressed(ink):
    """XYZ of ink on paper: the lights that each ink lets through, with some dot gain."""
    ink = ink ** 0.8
    through = np.array([[0.10, 0.55, 0.85], [0.75, 0.10, 0.35], [0.95, 0.80, 0.06], [0.03, 0.03, 0.03]])
    light = np.prod(1 - ink[:, :, None] * (1 - through[None]), axis=1)
    return light @ same.T


legacy = lambda v: (v + [0, 128, 128]) / [100, 255, 255] * 65280 / 65535  # CIELAB in 16 bits before version 4
modern = lambda v: (v + [0, 128, 128]) / [100, 255, 255]
seen = lambda v: (v ** 1.7) @ p3.T
write("tables-ink16", b"CMYK", b"Lab ", 2, {b"A2B0": lut(16, 4, 5, legacy(lab(pressed(grid(5, 4)))))})
write("tables-ink8", b"CMYK", b"Lab ", 2, {b"A2B0": lut(8, 4, 5, modern(lab(pressed(grid(5, 4)))))})
write("tables-rgb8", b"RGB ", b"Lab ", 2, {b"A2B0": lut(8, 3, 9, modern(lab(seen(grid(9, 3)))))})
write("tables-rgb16", b"RGB ", b"XYZ ", 2, {b"A2B1": lut(16, 3, 9, seen(grid(9, 3)) * 32768 / 65535)})
write("tables-modular", b"RGB ", b"Lab ", 4, {
    b"A2B0": modular(7, modern(lab(seen(grid(7, 3)))), [curv()] * 3, [*np.eye(3).ravel(), 0, 0, 0], [para(0, 1.2)] * 3, [curv()] * 3)})
# A space of opponent colours, as JPEG's XYB is: the table only shears, the curves are cubes.
shear = np.array([[0, 0.05, 0], [0, 0.05, 0.5], [1, 0.95, 0], [1, 0.95, 0.5], [0.1, 0.2, 0.5], [0.1, 0.2, 1], [0.9, 1, 0.5], [1, 1, 1]])
write("tables-opponent", b"RGB ", b"XYZ ", 4, {
    b"A2B0": modular(2, shear, [para(0, 3.0)] * 3, [*(same * 32768 / 65535).ravel(), 0, 0, 0], [curv()] * 3, [curv()] * 3)})
write("tables-grey", b"GRAY", b"Lab ", 2, {
    b"A2B0": lut(16, 1, 9, legacy(np.stack([100 * np.linspace(0, 1, 9) ** 0.7, np.full(9, 12.0), np.full(9, -20.0)], -1)))})
# Tables and a matrix that disagree: the tables count.
write("tables-both", b"RGB ", b"XYZ ", 2, {
    b"A2B0": lut(16, 3, 9, seen(grid(9, 3)) * 32768 / 65535), **{c.encode() + b"XYZ": xyz(adobe[:, i]) for i, c in enumerate("rgb")},
    **{c.encode() + b"TRC": curv(256) for c in "rgb"}})

inks = np.vstack([rng.integers(0, 256, (40, 4)), np.eye(4, dtype=int) * 255, [[0] * 4, [255] * 4]]).astype(np.uint8)
tables = {"patches": patches.tolist(), "inks": inks.tolist()}
for name in sorted(glob.glob("tables-*.icc")):
    if "-ink" in name:
        src = Image.frombytes("CMYK", (len(inks), 1), inks.tobytes())
    else:
        src = Image.fromarray(patches[:, 0][None] if "-grey" in name else patches[None])
    out = ImageCms.profileToProfile(src, name, ImageCms.createProfile("sRGB"), renderingIntent=1, outputMode="RGB", flags=0x0100 | 0x0040)
    tables[name] = np.asarray(out)[0].tolist()
json.dump(tables, open("tables.json", "w"))
wide = np.repeat(np.repeat(inks[None], 16, axis=1), 64, axis=0)
Image.frombytes("CMYK", (wide.shape[1], 64), wide.tobytes()).save("inks.jpg", quality=100, subsampling=0)
