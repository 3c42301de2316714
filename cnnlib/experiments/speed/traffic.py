"""What PyTorch asks of a device when it computes one operation at a time."""

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

# They make no kernel run: they give memory another shape, or set some aside.
_FREE = {"view", "t", "transpose", "expand", "detach", "alias", "unsqueeze", "squeeze", "empty", "permute", "slice"}
_FREE |= {"unsafe_view", "select", "record_function_enter_new", "record_function_exit"}


class Traffic(TorchDispatchMode):
    """Note every operation of a block of code, with the bytes of its tensors.

    A device starts at least one kernel for each.

    Attributes
    ----------
    calls : list of (str, int)
        Name of the operation, bytes of its arguments and of its results.

    Examples
    --------
    >>> with Traffic() as traffic:
    ...     y = torch.relu(torch.ones(100))
    >>> traffic.calls[-1]
    ('relu', 800)
    """

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        """Run one operation and note it."""
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__.strip("_")
        if name not in _FREE:
            tensors = [leaf for leaf in tree_leaves((args, kwargs, result)) if torch.is_tensor(leaf)]
            self.calls.append((name, sum(tensor.nbytes for tensor in tensors)))
        return result

    @property
    def bytes(self):
        """Bytes of all operations."""
        return sum(moved for _, moved in self.calls)
