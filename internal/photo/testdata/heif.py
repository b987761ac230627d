"""Makes the HEIC and AVIF files in this folder. Run once; see README.md.

They show the scene of make.py. What no encoder makes (grids, sequences of nothing but
tracks, cut and damaged files) the tests put together of these, box by box. heif.json holds
how close libheif and libavif, through Pillow, come to the scene, in dB.
"""
import json
import numpy as np
from PIL import Image
import pillow_heif

pillow_heif.register_heif_opener()

scene = Image.open("scene.png").convert("RGB")
alpha = Image.open("scene-alpha.png").convert("RGBA")
grey = Image.open("scene-grey.png").convert("L")
p3 = open("display-p3.icc", "rb").read()
box = (0, 0, 128, 96)
even = scene.crop(box)

scene.save("scene.heic", quality=90, chroma=420)
even.save("even.heic", quality=90, chroma=420)
even.save("even-444.heic", quality=90, chroma=444)
even.save("p3.heic", quality=90, chroma=444, icc_profile=p3)
alpha.save("alpha.heic", quality=90, chroma=444)
grey.save("grey.heic", quality=90)
even.save("studio.heic", quality=90, chroma=420, full_range_flag=0, matrix_coefficients=1)


def deep(image, mode, name, **options):
    samples = (np.asarray(image).astype("<u2") * 257).tobytes()
    pillow_heif.from_bytes(mode, image.size, samples).save(name, quality=90, save_to_12bit=False, **options)


deep(even, "RGB;16", "deep-444.heic", chroma=444)
deep(even, "RGB;16", "deep-420.heic", chroma=420)
deep(grey.crop(box), "L;16", "deep-grey.heic")

scene.save("scene.avif", quality=90, subsampling="4:2:0")
even.save("even.avif", quality=90, subsampling="4:2:0")
even.save("p3.avif", quality=90, subsampling="4:4:4", icc_profile=p3)
alpha.save("alpha.avif", quality=90, subsampling="4:4:4")
alpha.save("alpha-premultiplied.avif", quality=90, subsampling="4:4:4", alpha_premultiplied=True)
even.save("studio.avif", quality=90, subsampling="4:2:0", range="limited")
grey.save("grey.avif", quality=90)
even.save("sequence.avif", quality=60, save_all=True, append_images=[Image.fromarray(255 - np.asarray(even))], duration=100)
for o in (2, 3, 4, 5, 6, 7, 8):
    exif = Image.Exif()
    exif[0x0112] = o
    even.crop((0, 0, 96, 64)).save(f"turned-{o}.avif", quality=50, exif=exif)


def psnr(a, b):
    """As opaquePSNR of the tests: over colours multiplied by alpha, and alpha."""
    a, b = (np.asarray(i.convert("RGBA")).astype(float) for i in (a, b))
    def flat(p):
        return np.dstack([p[..., :3] * p[..., 3:] / 255, p[..., 3:]])
    d = flat(a) - flat(b)
    return round(10 * np.log10(255 ** 2 / max(np.mean(d * d), 1e-9)), 2)


shows = {"alpha": alpha, "grey": grey, "scene": scene, "studio": even, "even": even, "sequence": even}
files = {}
for name in ("scene.heic", "even.heic", "even-444.heic", "alpha.heic", "grey.heic", "studio.heic", "scene.avif",
             "even.avif", "alpha.avif", "alpha-premultiplied.avif", "studio.avif", "grey.avif", "sequence.avif"):
    files[name] = psnr(Image.open(name), shows[name.split(".")[0].split("-")[0]])
json.dump(files, open("heif.json", "w"), indent=1)
print(files)
