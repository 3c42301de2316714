"""Stop a training run at any moment, and go on as if nothing had happened."""

import numpy as np
import torch

from cnnlib.models.storage import load_tensors, save_tensors


def has_finite_weights(network):
    """Tell whether a network can still be used: after a step too long its loss was finite and its weights are not.

    Parameters
    ----------
    network : torch.nn.Module

    Returns
    -------
    bool
    """
    return all(bool(parameter.isfinite().all()) for parameter in network.parameters())


def save_checkpoint(path, network, optimizer, run_id, history):
    """Write the network, the optimizer's state and the history so far, atomically.

    Parameters
    ----------
    path : str or Path
    network : torch.nn.Module
    optimizer : torch.optim.Adam or torch.optim.SGD
    run_id : dict
        What makes this run this run (network, recipe, data); a resume must repeat it.
    history : list or dict
        What JSON can hold of how far the run has come.
    """
    tensors = {f"network.{name}": _array(value) for name, value in network.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {
            f"optimizer.{index}.{name}": _array(value)
            for name, value in state.items()
            if value is not None  # the velocity of an SGD without momentum
        }
    save_tensors(path, tensors, kind="checkpoint", about={"run": run_id, "history": history})


def load_checkpoint(path, network, optimizer, run_id):
    """Put network and optimizer back as `save_checkpoint` found them.

    Parameters
    ----------
    path : str or Path
    network : torch.nn.Module
    optimizer : torch.optim.Adam or torch.optim.SGD
        Of this network; both are written to.
    run_id : dict
        As it was saved.

    Returns
    -------
    list or dict
        The history so far.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, or of a run with another network, recipe or number of images; the
        network and the optimizer are then untouched.
    """
    tensors, about = load_tensors(path, kind="checkpoint")
    run, history = about.get("run"), about.get("history")
    if not isinstance(run, dict) or not isinstance(history, dict | list):
        raise ValueError(f"{path} does not say of which run it is, or how far that has come")
    for name, value in run_id.items():
        if run.get(name) != value:
            raise ValueError(f"{path} is of a run with {name} {run.get(name)!r}, not {value!r}")
    _require_fit(path, tensors, network, optimizer)
    network.load_state_dict(
        {
            name.removeprefix("network."): torch.from_numpy(value)
            for name, value in tensors.items()
            if name.startswith("network.")
        }
    )
    state = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, entry = name.split(".")
            state.setdefault(int(index), {})[entry] = torch.from_numpy(value)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return history


def _require_fit(path, tensors, network, optimizer):
    """Find out before anything is overwritten, and in one line, whether every tensor has a place to go to."""
    here = {f"network.{name}": _layout(_array(value)) for name, value in network.state_dict().items()}
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    remembered = _remembered(optimizer)
    stepped = {name.rpartition(".")[0] for name in tensors}  # of the rest it remembers nothing yet
    for index, parameter in enumerate(parameters):
        if (owner := f"optimizer.{index}") in stepped:
            like = _layout(_array(parameter))
            here |= {f"{owner}.{entry}": like if layout is None else layout for entry, layout in remembered.items()}
    there = {name: _layout(value) for name, value in tensors.items()}
    for name in sorted(here.keys() | there.keys()):
        if there.get(name) != here.get(name):
            found, wanted = (each.get(name, "missing") for each in (there, here))
            raise ValueError(f"{path} is of another network: {name!r} is {found} there and {wanted} here")


def _remembered(optimizer):
    """Ask a twin that has taken a step what it keeps of a parameter: name → layout, None where as the parameter's."""
    group = optimizer.param_groups[0]
    one = torch.zeros_like(group["params"][0].detach().flatten()[:1])
    one.grad = torch.zeros_like(one)
    twin = type(optimizer)([group | {"params": [one]}])
    twin.step()
    kept = {entry: _array(value) for entry, value in twin.state[one].items() if value is not None}
    return {entry: None if array.shape == (1,) else _layout(array) for entry, array in kept.items()}


def _layout(array):
    return f"{array.dtype} {array.shape}"


def _array(tensor):
    return np.asarray(tensor.detach().cpu())
