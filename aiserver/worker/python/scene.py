"""Role scene: the picture around a product. FLUX.2 klein or Z-Image-Turbo, by diffusers.

Takes the picture to be: sRGB with the product's coverage as alpha (4 channels), and
args prompt, seed and steps (0: the model's own). Gives the model's whole picture of the same
size (3 channels). The model works on at most a megapixel, and blends in its own small grid,
so the product in its picture is not quite the product: the server puts that back on top.
"""

import sys

import torch
from diffusers import Flux2KleinInpaintPipeline, ZImageInpaintPipeline
from PIL import Image

import fp8
import weights as folders
from card import DEVICE, DTYPE, GPU

# Steps and guidance with which each was distilled; the pipelines' defaults are for the models before that.
MODELS = {
    "flux2-klein": (Flux2KleinInpaintPipeline, dict(num_inference_steps=4, guidance_scale=1.0)),
    "z-image": (ZImageInpaintPipeline, dict(num_inference_steps=8, guidance_scale=0.0)),
}
MOST = 1024 * 1024  # pixels; both were trained for that, and klein makes no more
GRID = 16  # pixels; both make multiples of it
GREY = 128  # of what is to be made, so that nothing there has a colour yet


def load(model, weights, options):
    digest, name = folders.read(weights, model)
    kind, how = MODELS[model]
    pipe = kind.from_pretrained(weights, dtype=DTYPE, local_files_only=True).to(DEVICE)
    pipe.set_progress_bar_config(disable=True)
    if options.fp8:
        if fp8.supported():
            fp8.convert(pipe.transformer)
        else:
            print(f"{model}: this card does not multiply float8, so bfloat16 it is", file=sys.stderr, flush=True)
    if options.compile and GPU:
        pipe.transformer.compile_repeated_blocks(fullgraph=True)
    scene = Scene(name, digest, pipe, how)
    scene.warm()
    return scene


class Scene:
    def __init__(self, model, digest, pipe, how):
        self.model, self.digest = model, digest
        self._pipe, self._how = pipe, how

    def warm(self):
        """The first pictures load kernels, and compile; the second shape has them compiled for every shape."""
        for size in ((1024, 1024), (768, 1344)) if GPU else ((64, 64),):
            self.make(Image.new("RGBA", size), "a table", 0)

    def make(self, canvas, prompt, seed, steps=0, step=lambda done, of: None):
        shrink = min(1.0, (MOST / (canvas.width * canvas.height)) ** 0.5)
        width, height = (max(GRID, int(side * shrink) // GRID * GRID) for side in canvas.size)
        alpha = canvas.getchannel("A")
        image = Image.composite(canvas.convert("RGB"), Image.new("RGB", canvas.size, (GREY,) * 3), alpha)
        how = {**self._how, **({"num_inference_steps": steps} if steps else {})}

        def told(pipe, i, time, tensors):
            step(i + 1, how["num_inference_steps"])
            return tensors

        made = self._pipe(
            prompt=prompt,
            image=image.resize((width, height), Image.LANCZOS),
            mask_image=alpha.resize((width, height), Image.LANCZOS).point(lambda a: 255 - a),  # white is to be made
            width=width, height=height, strength=1.0,
            # On the CPU, so that every card begins with the same noise.
            generator=torch.Generator("cpu").manual_seed(seed),
            callback_on_step_end=told, **how,
        ).images[0]
        return made.convert("RGB").resize(canvas.size, Image.LANCZOS)

    def run(self, job):
        size = job.header["width"], job.header["height"]
        canvas = Image.frombytes("RGBA", size, job.pixels)
        a = job.args
        made = self.make(canvas, a["prompt"], a["seed"], a.get("steps") or 0, job.progress)
        return {"width": size[0], "height": size[1], "channels": 3}, made.tobytes()
