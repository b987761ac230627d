"""Makes the HEIC and AVIF files in this folder. Run once; see README.md.

They show the scene of make.py. What cannot be made by an encoder (grids, sequences,
turned and cut pictures) the tests put together of these, box by box.
"""
import io
import numpy as np
from PIL import Image, ImageCms
import pillow_heif

pillow_heif.register_heif_opener()

scene = Image.open("scene.png").convert("RGB")
alpha = Image.open("scene-alpha.png").convert("RGBA")
grey = Image.open("scene-grey.png").convert("L")
p3 = open("display-p3.icc", "rb").read()
even = scene.crop((0, 0, 128, 96))

scene.save("scene.heic", quality=90, chroma=420)
even.save("even.heic", quality=90, chroma=420)
even.save("even-444.heic", quality=90, chroma=444)
even.save("even-422.heic", quality=90, chroma=422)
even.save("p3.heic", quality=90, chroma=444, icc_profile=p3)
alpha.save("alpha.heic", quality=90, chroma=444)
grey.save("grey.heic", quality=90)
deep = pillow_heif.from_bytes("RGB;16", (128, 96), (np.asarray(even).astype("<u2") * 257).tobytes())
deep.save("deep.heic", quality=90, chroma=444, save_to_12bit=False)
even.save("studio.heic", quality=90, chroma=420, full_range_flag=0, matrix_coefficients=1)

scene.save("scene.avif", quality=90, subsampling="4:2:0")
even.save("p3.avif", quality=90, subsampling="4:4:4", icc_profile=p3)
alpha.save("alpha.avif", quality=90, subsampling="4:4:4")
alpha.save("alpha-premultiplied.avif", quality=90, subsampling="4:4:4", alpha_premultiplied=True)
even.save("studio.avif", quality=90, subsampling="4:2:0", range="limited")
grey.save("grey.avif", quality=90)
