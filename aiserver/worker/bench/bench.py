"""Seconds and memory of each role's model, full size with random weights, on this machine's card.

    python bench.py [--only MODEL,...] [--batches 1,2,4,8] [--ways eager,compiled,fp8] [--seconds 330] [--out DIR]

Writes DIR/gpu-bench.json and gpu-bench.md after each figure, so that what was measured is
kept when it is stopped; it starts nothing more after --seconds. SMALL=1 takes tiny models,
to see on a CPU that the script runs: its figures then say nothing.
"""

import argparse
import gc
import importlib.metadata
import json
import os
import pathlib
import platform
import statistics
import sys
import time
import traceback

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

import models  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "python"))
import fp8  # noqa: E402

SMALL = bool(os.environ.get("SMALL"))
GPU = torch.cuda.is_available()
DEVICE, DTYPE = ("cuda", torch.bfloat16) if GPU else ("cpu", torch.float32)
TIMES = 1 if SMALL else 3  # each figure is the middle one of so many, after one that does not count
PROMPT = "a marble table in a bright cafe, morning light from the left, soft shadows, empty space above the product"
TOKENS = 8 if SMALL else 64  # what an analysis answers with
SQUARE, TALL = (1024, 1024), (1080, 1920)

# The role of each model, its ways, and the batches of the ways that compile, half a minute for each.
# The quick ones come first, in case the time does not do.
PLAN = {
    "siglip2-so400m": ("score", ("eager",), ()),
    "siglip2-base": ("score", ("eager",), ()),
    "flux2-klein": ("scene", ("eager", "compiled", "fp8"), (1, 4)),
    "qwen3-vl": ("analysis", ("eager",), ()),
    "z-image": ("scene", ("eager", "compiled", "fp8"), (1,)),
}


class Bench:
    def __init__(self, asked):
        self.asked, self.began = asked, time.monotonic()
        self.rows, self.notes = [], []
        self.folder = pathlib.Path(asked.out)
        self.folder.mkdir(parents=True, exist_ok=True)

    def over(self):
        return time.monotonic() - self.began > self.asked.seconds

    def say(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def note(self, text):
        self.notes.append(text)
        self.say(text)
        self.write()

    def figure(self, name, way, size, batch, run):
        """Times run() and keeps it as a row. Gives whether there was memory for it."""
        if self.over():
            self.note(f"{name} {way} batch {batch}: not measured, --seconds were over")
            return False
        if GPU:
            torch.cuda.reset_peak_memory_stats()
        try:
            first = clock(run)
            seconds = [clock(run) for _ in range(TIMES)]
        except torch.OutOfMemoryError as error:
            self.note(f"{name} {way} batch {batch}: out of memory: {first_line(error)}")
            return False
        middle = statistics.median(seconds)
        self.rows.append({
            "role": PLAN[name][0], "model": name, "way": way, "size": "x".join(map(str, size)), "batch": batch,
            "seconds": round(middle, 4), "seconds_each": round(middle / batch, 4), "first_seconds": round(first, 3),
            "spread": round(max(seconds) - min(seconds), 4),
            "peak_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2) if GPU else None,
        })
        self.say(f"{name} {way} batch {batch}: {middle:.3f} s, {middle / batch:.3f} s each, first {first:.1f} s")
        self.write()
        return True

    def write(self):
        card = torch.cuda.get_device_properties(0) if GPU else None
        machine = {
            "card": card.name if GPU else "no CUDA card", "capability": f"{card.major}.{card.minor}" if GPU else None,
            "memory_gib": round(card.total_memory / 2**30, 1) if GPU else None, "dtype": str(DTYPE).split(".")[1],
            "python": platform.python_version(), "cuda": torch.version.cuda, "small": SMALL,
            "seconds": round(time.monotonic() - self.began, 1),
            **{p: importlib.metadata.version(p) for p in ("torch", "diffusers", "transformers", "numpy")},
        }
        full = {"machine": machine, "rows": self.rows, "notes": self.notes}
        (self.folder / "gpu-bench.json").write_text(json.dumps(full, indent=1) + "\n")
        (self.folder / "gpu-bench.md").write_text(table(full))


def table(full):
    m = full["machine"]
    lines = [f"{m['card']}, {m['dtype']}, torch {m['torch']} (CUDA {m['cuda']}), diffusers {m['diffusers']}, "
             f"transformers {m['transformers']}", "",
             "| role | model | way | size | batch | s | s each | first s | peak GiB |",
             "|---|---|---|---|---|---|---|---|---|"]
    for r in full["rows"]:
        lines.append("| " + " | ".join(str(r[k]) for k in (
            "role", "model", "way", "size", "batch", "seconds", "seconds_each", "first_seconds", "peak_gib")) + " |")
    return "\n".join([*lines, "", *(f"* {note}" for note in full["notes"])]) + "\n"


def first_line(error):
    return (f"{type(error).__name__}: {error}".splitlines() or [""])[0][:300]


def clock(run):
    if GPU:
        torch.cuda.synchronize()
    began = time.perf_counter()
    run()
    if GPU:
        torch.cuda.synchronize()
    return time.perf_counter() - began


def build(make, **how):
    """A model on the card, with weights made there."""
    torch.manual_seed(0)
    torch.set_default_dtype(DTYPE)
    try:
        with torch.device(DEVICE):
            return make(tiny=SMALL, **how)
    finally:
        torch.set_default_dtype(torch.float32)


def weigh(bench, name, **parts):
    """Says how large each part is, and of what kind its numbers are."""
    said = []
    for part, model in parts.items():
        kinds = {str(p.dtype).split(".")[1] for p in model.parameters()}
        said.append(f"{part} {sum(p.numel() for p in model.parameters()) / 1e9:.2f} B {'/'.join(sorted(kinds))}")
    bench.note(f"{name}: parameters: {', '.join(said)}")


def picture(size):
    """A canvas with a product in its middle, and the mask: white is to be made."""
    if SMALL:
        size = (size[0] // 16 // 16 * 16, size[1] // 16 // 16 * 16)
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    mask = np.full((size[1], size[0]), 255, np.uint8)
    mask[size[1] // 3: size[1] * 3 // 4, size[0] // 4: size[0] * 3 // 4] = 0
    return Image.fromarray(noise), Image.fromarray(mask)


def largest(size):
    """What the model makes for a canvas: klein makes at most a megapixel, and every side is a multiple of 16."""
    shrink = min(1.0, (1024 * 1024 / (size[0] * size[1])) ** 0.5)
    return tuple(int(side * shrink) // 16 * 16 for side in size)


def scene(bench, name):
    pipe = build({"flux2-klein": models.flux2_klein, "z-image": models.z_image}[name])
    pipe.set_progress_bar_config(disable=True)
    klein = name == "flux2-klein"
    how = dict(num_inference_steps=4, guidance_scale=1.0) if klein else dict(num_inference_steps=8, guidance_scale=0.0)

    def make(size, batch, kind="pil"):
        image, mask = picture(largest(size))
        own = dict(height=image.height, width=image.width) if not klein else {}
        return pipe(prompt=[PROMPT] * batch, image=[image] * batch, mask_image=[mask] * batch, strength=1.0,
                    generator=[torch.Generator("cpu").manual_seed(i) for i in range(batch)], output_type=kind,
                    **how, **own).images

    def same():
        one, two, four = make(SQUARE, 1, "np"), make(SQUARE, 1, "np"), make(SQUARE, 4, "np")
        levels = int(np.abs(np.rint(one[0] * 255) - np.rint(four[0] * 255)).max())
        bench.note(f"{name}: same seed, same bytes: {one.tobytes() == two.tobytes()}; in a batch of 4 its picture "
                   f"differs by at most {levels} of 255 levels; all finite: {bool(np.isfinite(one).all())}")

    def parts():
        """Where one picture's time goes."""
        spent = {}
        for part, module in (("prompt", pipe.text_encoder), ("steps", pipe.transformer)):
            old = module.forward

            def timed(*a, _old=old, _part=part, **k):
                out = []
                spent[_part] = spent.get(_part, 0) + clock(lambda: out.append(_old(*a, **k)))
                return out[0]

            module.forward = timed
        whole = clock(lambda: make(SQUARE, 1))
        for module in (pipe.text_encoder, pipe.transformer):
            del module.forward
        bench.note(f"{name}: of {whole:.3f} s, the prompt takes {spent.get('prompt', 0):.3f} s, the steps "
                   f"{spent['steps']:.3f} s, the coder and the pictures the rest")

    def survives():
        """Whether a picture that there is no memory for leaves the next one as it was."""
        before = make(SQUARE, 1, "np")
        free, whole = torch.cuda.mem_get_info()
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_allocated() + 2**28) / whole)
        try:
            make(SQUARE, 4)
            said = "there was memory for it"
        except torch.OutOfMemoryError as error:
            said = first_line(error)
        torch.cuda.set_per_process_memory_fraction(1.0)
        torch.cuda.empty_cache()
        after = make(SQUARE, 1, "np")
        bench.note(f"{name}: with 256 MiB to work in: {said}; after it the same seed gives the same bytes: "
                   f"{before.tobytes() == after.tobytes()}")

    def measure(way, batches):
        for batch in batches:
            if not bench.figure(name, way, largest(SQUARE), batch, lambda: make(SQUARE, batch)):
                return

    def eager():
        measure("eager", bench.asked.batches)
        bench.figure(name, "eager", largest(TALL), 1, lambda: make(TALL, 1))
        same()
        parts()
        if GPU:
            survives()

    def compiled():
        if GPU:
            pipe.transformer.compile_repeated_blocks(fullgraph=True)
            measure("compiled", few)

    def in_fp8():
        if GPU and not fp8.supported():
            bench.note(f"{name} fp8: this card has no float8 products")
            return
        # What was compiled belongs to the layers that go.
        torch.compiler.reset()
        for module in pipe.transformer.modules():
            module._compiled_call_impl = None
        bench.note(f"{name}: {fp8.convert(pipe.transformer)} layers in float8")
        if GPU:
            gc.collect()
            torch.cuda.empty_cache()
            measure("fp8", (1,))
            pipe.transformer.compile_repeated_blocks(fullgraph=True)
            measure("fp8, compiled", few)
        else:
            measure("fp8", few)

    weigh(bench, name, text=pipe.text_encoder, transformer=pipe.transformer, coder=pipe.vae)
    few = [b for b in bench.asked.batches if b in PLAN[name][2]]
    for way, body in (("eager", eager), ("compiled", compiled), ("fp8", in_fp8)):
        if way not in bench.asked.ways or bench.over():
            continue
        try:
            body()
        except Exception as error:  # the other ways may do
            traceback.print_exc()
            bench.note(f"{name} {way}: failed: {first_line(error)}")


def score(bench, name):
    model, processor = build(models.siglip2, kind=name.split("-")[1])
    weigh(bench, name, model=model)
    image, _ = picture(SQUARE)

    def run(batch):
        x = processor(text=[PROMPT[:60]] * batch, images=[image] * batch, padding="max_length", max_length=64,
                      truncation=True, return_tensors="pt").to(DEVICE)
        x["pixel_values"] = x["pixel_values"].to(DTYPE)
        model(**x).logits_per_image.diagonal().float().cpu()

    for batch in bench.asked.batches:
        bench.figure(name, "eager", SQUARE, batch, lambda: run(batch))


def analysis(bench, name):
    model, processor = build(models.qwen3_vl)
    weigh(bench, name, model=model)
    image, _ = picture(SQUARE)
    talk = [{"role": "user", "content": [{"type": "image", "image": image}, {"type": "text", "text": PROMPT}]}]

    def run(batch):
        x = processor.apply_chat_template([talk] * batch, add_generation_prompt=True, tokenize=True, return_dict=True,
                                          return_tensors="pt", padding=True).to(DEVICE)
        x["pixel_values"] = x["pixel_values"].to(DTYPE)
        model.generate(**x, min_new_tokens=TOKENS, max_new_tokens=TOKENS, do_sample=False)

    bench.say(f"{name}: {TOKENS} tokens an answer")
    for batch in [b for b in bench.asked.batches if b in (1, 4)]:
        bench.figure(name, "eager", SQUARE, batch, lambda: run(batch))


ROLES = {"scene": scene, "score": score, "analysis": analysis}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=",".join(PLAN))
    parser.add_argument("--batches", default="1,2,4,8")
    parser.add_argument("--ways", default="eager,compiled,fp8")
    parser.add_argument("--seconds", type=float, default=330)
    parser.add_argument("--out", default=os.environ.get("OUT", "build/gpu-bench"))
    asked = parser.parse_args()
    asked.batches = [int(b) for b in asked.batches.split(",")]
    asked.ways = asked.ways.split(",")
    names = asked.only.split(",")
    if unknown := set(names) - set(PLAN):
        sys.exit(f"no such model: {', '.join(sorted(unknown))}; there is: {', '.join(PLAN)}")
    torch.set_grad_enabled(False)
    if SMALL:
        torch.set_num_threads(1)  # threads would wait for one another longer than tiny layers take
    bench = Bench(asked)
    bench.note("cutout as BiRefNet: not measured; no package has its network, and here ONNX Runtime has no CUDA")
    for name in names:
        if bench.over():
            bench.note(f"{name}: not measured, --seconds were over")
            continue
        bench.say(f"{name}: making it")
        try:
            ROLES[PLAN[name][0]](bench, name)
        except Exception as error:  # one model that fails must not cost the others
            traceback.print_exc()
            bench.note(f"{name}: failed: {first_line(error)}")
        gc.collect()
        if GPU:
            torch.cuda.empty_cache()
        torch.compiler.reset()
    bench.write()
    print("\n" + table({"machine": json.loads((bench.folder / "gpu-bench.json").read_text())["machine"],
                        "rows": bench.rows, "notes": bench.notes}), flush=True)


if __name__ == "__main__":
    main()
