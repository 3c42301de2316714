"""What a forward pass leaves in memory for the backward pass to use."""

import torch


def kept_bytes(network, x):
    """Count the bytes that autograd keeps between forward and backward pass, weights and input not counted.

    Parameters
    ----------
    network : torch.nn.Module
    x : tensor

    Returns
    -------
    int
        Each block of memory counted once, however many operations keep it.

    Examples
    --------
    >>> kept_bytes(torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Sigmoid()), torch.zeros(2, 3))
    40
    """
    known = {tensor.untyped_storage().data_ptr() for tensor in (x, *network.parameters(), *network.buffers())}
    blocks = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        # The block itself is held as well, or its address could be given to another one.
        blocks[storage.data_ptr()] = storage
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        network(x)
    return sum(storage.nbytes() for address, storage in blocks.items() if address not in known)
