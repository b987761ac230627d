"""Matrix products in 8 bits, for cards that have them (compute capability 8.9 and later).

Weights are kept in float8 with one scale for each of their rows, and what is multiplied
with them is brought to float8 on the way, also row by row. That needs half the memory of
bfloat16 and has twice its rate; what else a layer does stays as it was.
"""

import torch
from torch import nn

KIND = torch.float8_e4m3fn
LARGEST = torch.finfo(KIND).max


def supported():
    """Whether this machine's card multiplies float8."""
    return torch.cuda.is_available() and torch.cuda.get_device_capability() >= (8, 9)


def _scaled(x):
    # PyTorch's CPU kernel, which tests run on, knows one scale for a whole matrix alone.
    most = x.abs().amax(-1, keepdim=True) if x.is_cuda else x.abs().amax()
    scale = (most.float() / LARGEST).clamp(min=1e-12)
    return (x.float() / scale).clamp(-LARGEST, LARGEST).to(KIND), scale


class Linear(nn.Module):
    """What nn.Linear computes, from float8."""

    def __init__(self, whole):
        super().__init__()
        weight, scale = _scaled(whole.weight.detach())
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale.t() if scale.dim() else scale)
        self.bias = whole.bias

    def forward(self, x):
        rows, scale = _scaled(x.reshape(-1, x.shape[-1]))
        y = torch._scaled_mm(rows, self.weight.t(), scale_a=scale, scale_b=self.scale, bias=self.bias,
                             out_dtype=x.dtype, use_fast_accum=x.is_cuda)
        return y.reshape(*x.shape[:-1], -1)


def convert(model):
    """Has the repeated blocks of a diffusers transformer multiply in float8. Gives how many layers now do."""
    blocks = [block for block in model.modules() if type(block).__name__ in model._repeated_blocks]
    count = 0
    for part in [part for block in blocks for part in block.modules()]:
        for name, child in list(part.named_children()):
            # The kernels want multiples of 16.
            if isinstance(child, nn.Linear) and not (child.in_features % 16 or child.out_features % 16):
                setattr(part, name, Linear(child))
                count += 1
    return count
