"""Where to compute, and what PyTorch says when a place is too small."""

from contextlib import contextmanager

import torch


def pick_device(device="auto"):
    """Return the device asked for, or with ``"auto"`` a GPU where there is one: by CUDA, or Apple's by MPS.

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
        device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device must be one this machine has, received {device!r} ({reason})") from None
    return torch.device(device)


def layers_in(precision, device, **options):
    """Return the context in which layers compute in a precision; weights, gradients and sums keep theirs.

    Parameters
    ----------
    precision : "float32" or "bfloat16"
        float32 leaves everything as it is.
    device : torch.device
    **options
        As `torch.autocast` takes them.

    Returns
    -------
    torch.autocast
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16", **options)


@contextmanager
def plain_words(*, advice):
    """Say in one line what PyTorch says in many.

    Parameters
    ----------
    advice : str
        What to do where memory is too small.

    Raises
    ------
    MemoryError
        If the memory of a GPU or of the machine is too small.
    ChildProcessError
        If a process that reads pictures has ended.
    """
    try:
        yield
    except (ConnectionResetError, ConnectionRefusedError, EOFError) as error:
        # The process was handing over a batch: the pipe is known to be broken before PyTorch knows why.
        raise ChildProcessError(f"a process that reads pictures has ended ({_reason(error)}); {advice}") from None
    except RuntimeError as error:
        first_line = str(error).partition("\n")[0]
        if first_line.startswith("DataLoader worker") or first_line.endswith("items of ancdata"):
            # As a rule the system ended it for want of memory.
            raise ChildProcessError(f"a process that reads pictures has ended ({first_line}); {advice}") from None
        # What a library of NVIDIA's cannot allocate is no OutOfMemoryError.
        if isinstance(error, torch.OutOfMemoryError) or "_ALLOC_FAILED" in first_line:
            raise MemoryError(f"the GPU's memory is too small for this; {advice}") from None
        if "can't allocate memory" in first_line:
            raise MemoryError(f"this machine's memory is too small for this; {advice}") from None
        raise


def _reason(error):
    return getattr(error, "strerror", None) or str(error) or "nothing more came from it"
