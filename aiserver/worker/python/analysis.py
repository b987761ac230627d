"""Role analysis: where in a picture words may go. Qwen3-VL, by transformers.

Takes sRGB of any size (3 channels) and gives no pixels but info: areas, the best first, each as
left, top, width and height in fractions of the picture. They are a model's proposals: the
server measures what is there. An answer that cannot be read is no area.
"""

import json
import re

from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor, StoppingCriteria

import frames
import weights as folders
from card import DEVICE, DTYPE

# The model tells places in thousandths of the picture's sides, whatever its size.
WHOLE = 1000
MOST = 8  # areas
TOKENS = 200  # an area takes some 20
ASK = (
    "This is the picture of an advertisement, without its words. Find the calm, empty areas where a headline can "
    "stand without covering the product or anything that matters. Answer with JSON only, the best area first: "
    '[{"bbox_2d": [x1, y1, x2, y2]}, ...]'
)
NUMBERS = re.compile(r"\[\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*,\s*"
                     r"(-?\d+(?:\.\d+)?)\s*\]")


def load(model, weights, options):
    digest, name = folders.read(weights, model)
    analysis = Analysis(
        name, digest,
        AutoModelForImageTextToText.from_pretrained(weights, dtype=DTYPE, local_files_only=True).to(DEVICE).eval(),
        AutoProcessor.from_pretrained(weights, local_files_only=True))
    analysis.ask(Image.new("RGB", (256, 256)), lambda: False, 2)
    return analysis


class _Cancel(StoppingCriteria):
    def __init__(self, cancelled):
        self._cancelled = cancelled

    def __call__(self, *_, **__):
        if self._cancelled():
            raise frames.Cancelled
        return False


def areas(text):
    """The areas that an answer names, as fractions; what is no area inside the picture is left out."""
    found = []
    for match in NUMBERS.finditer(text):
        x1, y1, x2, y2 = (min(max(float(n) / WHOLE, 0.0), 1.0) for n in match.groups())
        if x2 > x1 and y2 > y1:
            found.append([x1, y1, x2 - x1, y2 - y1])
    return found[:MOST]


class Analysis:
    def __init__(self, model, digest, network, processor):
        self.model, self.digest = model, digest
        self._network, self._processor = network, processor

    def ask(self, picture, cancelled, tokens=TOKENS):
        talk = [{"role": "user", "content": [{"type": "image", "image": picture}, {"type": "text", "text": ASK}]}]
        x = self._processor.apply_chat_template(talk, add_generation_prompt=True, tokenize=True, return_dict=True,
                                                return_tensors="pt").to(DEVICE)
        x["pixel_values"] = x["pixel_values"].to(DTYPE)
        y = self._network.generate(**x, max_new_tokens=tokens, do_sample=False, stopping_criteria=[_Cancel(cancelled)])
        return self._processor.batch_decode(y[:, x["input_ids"].shape[1]:], skip_special_tokens=True)[0]

    def run(self, job):
        picture = Image.frombytes("RGB", (job.header["width"], job.header["height"]), job.pixels)
        return {"info": {"areas": areas(self.ask(picture, lambda: job.cancelled))}}, b""
