"""Role score: how well a picture and a text agree. SigLIP 2, which reads Korean as well, by transformers.

Takes sRGB of any size (3 channels) and args text. Gives no pixels but info: the cosine
between what the model sees and what it reads; value, the probability that it gives the two
of belonging together; and the metric's name.
"""

import torch
from PIL import Image
from transformers import AutoModel, AutoProcessor

import weights as folders
from card import DEVICE, DTYPE

TOKENS = 64  # what the model was trained with; it wants shorter texts filled up


def load(model, weights, options):
    digest, name = folders.read(weights, model)
    score = Score(
        name, digest,
        AutoModel.from_pretrained(weights, dtype=DTYPE, local_files_only=True).to(DEVICE).eval(),
        AutoProcessor.from_pretrained(weights, local_files_only=True))
    score.measure(Image.new("RGB", (64, 64)), "a table")
    return score


class Score:
    def __init__(self, model, digest, network, processor):
        self.model, self.digest = model, digest
        self._network, self._processor = network, processor

    def measure(self, picture, text):
        # It was trained on small letters.
        x = self._processor(text=[text.lower()], images=[picture], padding="max_length", max_length=TOKENS,
                            truncation=True, return_tensors="pt").to(DEVICE)
        x["pixel_values"] = x["pixel_values"].to(DTYPE)
        y = self._network(**x)
        cosine = torch.nn.functional.cosine_similarity(y.image_embeds.float(), y.text_embeds.float())[0]
        return cosine.item(), torch.sigmoid(y.logits_per_image.float())[0, 0].item()

    def run(self, job):
        picture = Image.frombytes("RGB", (job.header["width"], job.header["height"]), job.pixels)
        cosine, value = self.measure(picture, job.args["text"])
        return {"info": {"cosine": cosine, "value": value, "metric": "siglip2"}}, b""
