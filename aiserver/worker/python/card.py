"""The card that models for one run on; without one they run on the CPU, which is for tests."""

import torch

GPU = torch.cuda.is_available()
DEVICE, DTYPE = ("cuda", torch.bfloat16) if GPU else ("cpu", torch.float32)

torch.set_grad_enabled(False)
if not GPU:
    torch.set_num_threads(1)  # the same sums in the same order, and tiny layers wait for no other thread
