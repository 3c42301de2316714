"""Where to compute."""

import torch


def pick_device(device="auto"):
    """Return the device asked for, or with ``"auto"`` a CUDA GPU where there is one.

    Parameters
    ----------
    device : str

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If PyTorch does not know the device, or this machine does not have it.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device must be one this machine has, received {device!r} ({reason})") from None
    return torch.device(device)
