"""Train a small network with no host in the way: everything lies on the device, and an epoch is one CUDA graph.

A step of LeNet is a hundred kernels of a few microseconds each, and asking for them one by one takes the host longer
than a GPU takes to run them. A CUDA graph asks for all kernels of an epoch at once. What it holds is fixed: the kernels
and the addresses that they read and write. So whatever changes from step to step and from epoch to epoch (pictures,
labels, learning rate) is written, by the device, to the places where the graph looks.
"""

import numpy as np
import torch

from cnnlib.models.architecture import initial_weights
from cnnlib.shapes import choice, integer, label_range
from cnnlib.training.devices import pick_device

_WARM_UP = 3  # steps: the first allocates the optimizer's state, compiles, and lets cuDNN choose


class CapturedTraining:
    """A training run that lies on its device, ready to be started again with other weights and another order.

    On a GPU the steps of an epoch are captured in a CUDA graph, and every epoch replays it; on a CPU the same steps are
    taken one after another. The pictures that no longer fill a batch are left out of an epoch, others each time.

    Parameters
    ----------
    network : cnnlib.models.torch_network.Network
        Moved to the device, and trained in place.
    images : ndarray of float, shape (N, C, H, W)
    labels : ndarray of int, shape (N,)
        Checked here, once, for no step does: to look at them the host would have to wait.
    recipe : Recipe
        Its seed is of the order and of the shifts.
    device : str
    shift : int
        Pixels by which a picture is moved at most, along each axis, anew in each epoch; zeros come in.
    precision : "float32" or "bfloat16"
        Of the layers' arithmetic; weights, gradients and their sums stay in float32.
    compiled : bool
        Let ``torch.compile`` fuse the network's operations.
    captured : bool, optional
        Whether to capture; by default where the device is a GPU.

    Raises
    ------
    ValueError
        If images and labels differ in number or do not fill a batch, a label is no class of the network's, the device
        is missing, or another argument is out of range.
    """

    def __init__(
        self,
        network,
        images,
        labels,
        recipe,
        *,
        device="auto",
        shift=0,
        precision="float32",
        compiled=False,
        captured=None,
    ):
        op, batch = "CapturedTraining", recipe.batch_size
        if len(images) != len(labels) or len(images) < batch:
            raise ValueError(
                f"{op}: images and labels must be equally many and at least a batch of {batch}, "
                f"received {len(images)} images and {len(labels)} labels"
            )
        classes = network.architecture.classes
        label_range(op, int(np.min(labels)), int(np.max(labels)), classes)
        self.shift = integer(op, "shift", shift, minimum=0)
        self.precision = choice(op, "precision", precision, ("float32", "bfloat16"))
        self.device = pick_device(device)
        on_gpu = self.device.type == "cuda"
        if captured and not on_gpu:
            raise ValueError(f"{op}: captured must be False where the device is no GPU, received {self.device}")
        self.captured = on_gpu if captured is None else captured
        self.network, self.recipe = network.to(self.device), recipe
        self.steps = len(images) // batch

        self._images = torch.nn.functional.pad(torch.tensor(images, device=self.device).float(), (self.shift,) * 4)
        self._labels = torch.tensor(labels, device=self.device).long()
        shares = np.arange(recipe.epochs * self.steps) / (recipe.epochs * self.steps)
        rates = [[recipe.rate(share) for share in row] for row in shares.reshape(recipe.epochs, self.steps)]
        self._all_rates = torch.tensor(rates, device=self.device)
        # Where the graph looks: an epoch's batches, and the learning rate of each of its steps.
        self._x = self._images.new_empty((self.steps, batch, *images.shape[1:]))
        self._y = self._labels.new_empty((self.steps, batch))
        self._rates, self._losses = (self._images.new_empty(self.steps) for _ in range(2))

        self._random = torch.Generator(self.device)
        self._rate = torch.tensor(recipe.learning_rate, device=self.device)
        self.optimizer = recipe.optimizer_of(network.parameters(), lr=self._rate, **_execution(recipe, on_gpu))
        self._loss = torch.compile(self._loss_of, dynamic=False) if compiled else self._loss_of
        self._graph = None

    def prepare(self):
        """Compile and capture, which trains the weights a little; `restart` before they are to count."""
        self.restart()
        self._fill(0)
        self.network.train()
        first = [number % self.steps for number in range(_WARM_UP)]
        if not self.captured:
            for number in first:
                self._step(number)
            return
        # On a stream of its own: capturing forbids the one that everything else waits for.
        side = torch.cuda.Stream(self.device)
        side.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(side):
            for number in first:
                self._step(number)
        torch.cuda.current_stream(self.device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=side):
            for number in range(self.steps):
                self._step(number)
        graph.replay()  # The first time, the device is sent the graph.
        torch.cuda.synchronize(self.device)
        self._graph = graph

    @torch.no_grad()
    def restart(self, seed=None):
        """Go back to the start, with the weights and the order of ``seed``, by default the recipe's.

        Parameters
        ----------
        seed : int, optional
        """
        seed = self.recipe.seed if seed is None else integer("restart", "seed", seed, minimum=0)
        weights = initial_weights(self.network.architecture, seed)
        for name, parameter in self.network.named_parameters():
            # In place, for the graph knows addresses alone.
            parameter.copy_(torch.from_numpy(weights[name]))
        for state in self.optimizer.state.values():
            for value in filter(torch.is_tensor, state.values()):
                value.zero_()  # which is what Adam and momentum begin with
        self._random.manual_seed(seed)

    def train(self):
        """Take all steps of the recipe; on a GPU this returns before they are done.

        Returns
        -------
        tensor of float, shape (steps,)
            The loss of every step of the last epoch.
        """
        self.network.train()
        for epoch in range(self.recipe.epochs):
            self._fill(epoch)
            if self._graph is None:
                for number in range(self.steps):
                    self._step(number)
            else:
                self._graph.replay()
        return self._losses

    @torch.no_grad()
    def _fill(self, epoch):
        """Draw an epoch's order and shifts, and lay out its batches: one gathering pass over all pictures."""
        chosen = torch.rand(len(self._labels), generator=self._random, device=self.device).argsort()
        chosen = chosen[: self._y.numel()]
        self._y.copy_(self._labels[chosen].view_as(self._y))
        self._rates.copy_(self._all_rates[epoch])
        if not self.shift:
            self._x.copy_(self._images[chosen].view_as(self._x))
            return
        channels, height, width = self._x.shape[2:]
        moves = torch.randint(2 * self.shift + 1, (2, len(chosen), 1), generator=self._random, device=self.device)
        rows, columns = (
            move + torch.arange(n, device=self.device) for move, n in zip(moves, (height, width), strict=True)
        )
        channel = torch.arange(channels, device=self.device)[:, None, None]
        moved = self._images[chosen[:, None, None, None], channel, rows[:, None, :, None], columns[:, None, None, :]]
        self._x.copy_(moved.view_as(self._x))

    def _loss_of(self, x, y):
        # No cache: within a graph, its copies of the weights would outlive the weights.
        half = self.precision == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half, cache_enabled=False):
            logits = self.network(x)
        # Not gpu.cross_entropy, which looks at the labels; they were checked at the door.
        return torch.nn.functional.cross_entropy(logits.float(), y)

    def _step(self, number):
        """Take one step of the epoch that was laid out last; nothing here makes the host wait."""
        self._rate.copy_(self._rates[number])
        loss = self._loss(self._x[number], self._y[number])
        self.optimizer.zero_grad()
        loss.backward()
        for parameter in self.network.parameters():
            # A fused optimizer insists on equal strides, along axes of one cell, too, where they mean nothing.
            if parameter.grad.stride() != parameter.stride():
                parameter.grad = parameter.grad.as_strided(parameter.shape, parameter.stride())
        self.optimizer.step()
        self._losses[number].copy_(loss.detach())


def _execution(recipe, on_gpu):
    """Return the arguments with which an optimizer is one kernel, and reads all that it needs on the device."""
    if not on_gpu:
        return {}
    return {"fused": True} | ({"capturable": True} if recipe.optimizer == "adam" else {})
