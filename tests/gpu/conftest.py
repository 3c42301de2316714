"""Full float32 on CUDA: TensorFloat-32 keeps ten bits, which no tolerance here allows for."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def full_single_precision():
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
