"""Makes the files in this folder that Go cannot write. Run once; see README.md.

Every picture shows the same scene (scene.png, or scene-alpha.png where the
format keeps transparency). psnr.json holds, for each lossy file, how close the
reference decoders (libjpeg-turbo and libwebp, through Pillow) come to it.
"""
import json
import subprocess

import numpy as np
from PIL import Image

W, H = 157, 119  # odd, so that subsampled planes end in half a sample


def scene():
    """Gradients, a disc, thin stripes, saturated patches: nothing symmetric."""
    y, x = np.mgrid[0:H, 0:W].astype(float)
    a = np.zeros((H, W, 3))
    a[..., 0] = 40 + 180 * x / W
    a[..., 1] = 60 + 150 * y / H
    a[..., 2] = 200 - 150 * (x + y) / (W + H)
    disc = np.clip(28.5 - np.hypot(x - 45, y - 50), 0, 1)[..., None]
    a = a * (1 - disc) + disc * np.array([235, 225, 60])
    a[90:110, 20:120] = 128 + 90 * np.sin(x[90:110, 20:120, None] / 2.5)
    a[10:26, 110:126] = [220, 20, 30]
    a[10:26, 128:144] = [20, 160, 60]
    a[30:46, 110:126] = [30, 40, 190]
    a[30:46, 128:144] = [255, 255, 255]
    a[50:66, 128:144] = [0, 0, 0]
    return np.clip(a, 0, 255).round().astype(np.uint8)


def alpha():
    y, x = np.mgrid[0:H, 0:W].astype(float)
    return (np.clip((60 - np.hypot((x - 78) * 0.8, y - 60)) / 12, 0, 1) * 255).round().astype(np.uint8)


def psnr(a, b):
    d = a.astype(float) - b.astype(float)
    return round(10 * np.log10(255 ** 2 / max(np.mean(d * d), 1e-9)), 2)


rgb = scene()
img = Image.fromarray(rgb)
img.save("scene.png", optimize=True)
rgba = Image.fromarray(np.dstack([rgb, alpha()]))
rgba.save("scene-alpha.png", optimize=True)
grey = img.convert("L")
grey.save("scene-grey.png", optimize=True)
img.save("/tmp/scene.ppm")
grey.save("/tmp/scene.pgm")


def cjpeg(name, *args, source="/tmp/scene.ppm"):
    with open(name, "wb") as f:
        subprocess.run(["cjpeg", "-quality", "92", *args, source], stdout=f, check=True)


def jpegtran(name, source, *args):
    with open(name, "wb") as f:
        subprocess.run(["jpegtran", *args, source], stdout=f, check=True)


cjpeg("444.jpg", "-sample", "1x1")
cjpeg("422.jpg", "-sample", "2x1")
cjpeg("420.jpg", "-sample", "2x2")
cjpeg("440.jpg", "-sample", "1x2")
cjpeg("411.jpg", "-sample", "4x1")
cjpeg("410.jpg", "-sample", "4x2")
cjpeg("420-restart.jpg", "-sample", "2x2", "-restart", "3B")
cjpeg("420-optimized.jpg", "-sample", "2x2", "-optimize")
cjpeg("420-progressive.jpg", "-sample", "2x2", "-progressive")
cjpeg("420-progressive-restart.jpg", "-sample", "2x2", "-progressive", "-restart", "3B")
cjpeg("wide-cr.jpg", "-sample", "1x1,1x1,2x1")
cjpeg("wide-cb-progressive.jpg", "-sample", "1x1,2x2,1x2", "-progressive", "-restart", "5B")
cjpeg("444-progressive.jpg", "-sample", "1x1", "-progressive")
cjpeg("grey.jpg", source="/tmp/scene.pgm")
cjpeg("grey-progressive.jpg", "-progressive", source="/tmp/scene.pgm")
cjpeg("420-q30.jpg", "-sample", "2x2", "-quality", "30")
cjpeg("arithmetic.jpg", "-arithmetic")
with open("/tmp/scans.txt", "w") as f:
    f.write("0;\n1;\n2;\n")
jpegtran("420-three-scans.jpg", "420.jpg", "-scans", "/tmp/scans.txt")
img.resize((8 * W, 8 * H), Image.BICUBIC).save("/tmp/large.ppm")
grey.resize((8 * W, 8 * H), Image.BICUBIC).save("/tmp/large.pgm")
cjpeg("large-444.jpg", "-sample", "1x1", "-quality", "60", source="/tmp/large.ppm")
cjpeg("large-422.jpg", "-sample", "2x1", "-quality", "60", source="/tmp/large.ppm")
cjpeg("large-440.jpg", "-sample", "1x2", "-quality", "60", source="/tmp/large.ppm")
cjpeg("large-420-restart.jpg", "-sample", "2x2", "-quality", "60", "-restart", "7B", source="/tmp/large.ppm")
cjpeg("large-grey.jpg", "-quality", "60", source="/tmp/large.pgm")
img.save("rgb.jpg", quality=92, keep_rgb=True)

# CMYK as printers' programs write it: ink inverted, marked by Adobe's segment.
# Built so that the usual R = (255-C)(255-K)/255 gives the scene back.
k = 255 - rgb.max(axis=2).astype(float)
k *= 0.5
c = 255 - rgb.astype(float) * 255 / (255 - k[..., None])
ink = np.dstack([c, k]).round().clip(0, 255).astype(np.uint8)
Image.fromarray(ink, "CMYK").save("cmyk.jpg", quality=92, subsampling=0)
# The same without the mark: every viewer takes it the same way.
raw = open("cmyk.jpg", "rb").read()
at = raw.index(b"\xff\xee\x00\x0eAdobe")
open("cmyk-plain.jpg", "wb").write(raw[:at] + raw[at + 16:])
# YCCK: cyan, magenta and yellow coded as YCbCr, black inverted, transform 2.
# Pillow inverts what it writes, so it is given the inverse.
ycc = np.asarray(Image.fromarray(ink[..., :3]).convert("YCbCr"))
Image.fromarray(255 - np.dstack([ycc, 255 - ink[..., 3]]), "CMYK").save("/tmp/ycck.jpg", quality=92, subsampling=0)
raw = bytearray(open("/tmp/ycck.jpg", "rb").read())
raw[raw.index(b"Adobe") + 11] = 2
open("ycck.jpg", "wb").write(raw)

img.save("lossy.webp", quality=92)
img.save("lossless.webp", lossless=True)
rgba.save("lossy-alpha.webp", quality=92, exact=True)
rgba.save("lossless-alpha.webp", lossless=True, exact=True)
grey.convert("RGB").save("palette.webp", lossless=True)
second = Image.fromarray(255 - rgb)
img.save("animated.webp", save_all=True, append_images=[second, img], duration=100, lossless=True)
rgba.save("animated-alpha.webp", save_all=True, append_images=[second.convert("RGBA")], duration=100, quality=92)
img.save("still.avif", quality=60)
subprocess.run(["vips", "pngsave", "scene.png", "interlaced.png", "--interlace"], check=True)
subprocess.run(["vips", "pngsave", "scene-grey.png", "interlaced-2bit.png", "--interlace", "--palette", "--bitdepth", "2", "--dither", "0"], check=True)
grey.save("interlaced.gif", interlace=1)
img.save("animated.png", save_all=True, append_images=[second], duration=100)

files = {}
for name in sorted(glob.glob("*.jpg") + glob.glob("*.webp")):
    if name == "arithmetic.jpg" or name.startswith("large"):
        continue
    im = Image.open(name)
    if "alpha" in name:
        got = np.asarray(im.convert("RGBA")).astype(float)
        want = np.asarray(rgba).astype(float)
        pre = lambda p: np.dstack([p[..., :3] * p[..., 3:] / 255, p[..., 3:]])
        files[name] = psnr(pre(got), pre(want))
        continue
    if im.mode == "CMYK":
        p = np.asarray(im).astype(float)
        got = ((255 - p[..., :3]) * (255 - p[..., 3:]) / 255).round()
    else:
        got = np.asarray(im.convert("RGB"))
    want = np.asarray(grey.convert("RGB")) if name.startswith(("grey", "palette")) else rgb
    files[name] = psnr(got, want)
json.dump(files, open("psnr.json", "w"), indent=1)
print(json.dumps(files, indent=1))
