"""One process or several, in one part or in many: the same joint batches, the same gradients, the same run."""

import numpy as np
import pytest
import torch
from torch import nn
from training.ranks import results
from training.scaled_runs import RECIPE, SEED, gradients, parts_of, source, trainer, validation

from cnnlib.training.devices import pick_device
from cnnlib.training.large.batches import joint_batch
from cnnlib.training.large.processes import Processes
from cnnlib.training.large.trainer import dropout_masks
from cnnlib.training.steps import descend

ALONE = Processes(0, 1, pick_device("cpu"))


@pytest.fixture(scope="module")
def alone():
    return gradients()


@pytest.mark.parametrize(("count", "accumulate"), [(2, 1), (3, 2)])
def test_gradients_of_several_processes_are_those_of_one_on_the_joint_batch(count, accumulate, alone):
    expected, numbers = alone
    for values, joint in results(count, gradients_in_parts, accumulate):
        assert joint == pytest.approx(numbers, rel=1e-12)
        for name, value in expected.items():
            np.testing.assert_allclose(values[name], value, rtol=1e-10, atol=1e-13, err_msg=name)


def gradients_in_parts(accumulate):
    return gradients(accumulate=accumulate)


@pytest.mark.parametrize("accumulate", [2, 3, 12])
def test_a_batch_taken_in_parts_has_the_same_gradients(accumulate, alone):
    values, joint = gradients(accumulate=accumulate)
    assert joint == pytest.approx(alone[1], rel=1e-12)
    for name, value in alone[0].items():
        np.testing.assert_allclose(values[name], value, rtol=1e-10, atol=1e-13, err_msg=name)


def test_a_step_is_what_plain_pytorch_does_with_the_same_pictures_and_masks():
    made = trainer(ALONE)
    made.preparation = made.preparation.__class__(
        (3, 67, 67), 73
    )  # the middle would do; corners are drawn all the same
    before = {name: value.detach().clone() for name, value in made.network.named_parameters()}
    network, positions = made.network, joint_batch(7, seed=SEED, count=40, batch_size=12)
    parts = parts_of(made, 7)
    ((loss, correct, damaged),) = descend(
        made.optimizer, [7], [RECIPE.rate(0.4)], lambda step: made.gradients(step, parts)
    )

    rng = np.random.RandomState([SEED, 7, 2])
    corners = np.floor(rng.random_sample((12, 2)) * 7).astype(int)
    images = source().images[positions]
    x = (
        np.stack(
            [image[:, top : top + 67, left : left + 67] for image, (top, left) in zip(images, corners, strict=True)]
        )
        / 255
    )
    seed = int(np.random.RandomState([SEED, 7, 1]).randint(2**31))
    masks = dropout_masks(network.architecture, 12, slice(None), seed, ALONE.device)
    weights = {name: value.clone().requires_grad_() for name, value in before.items()}
    logits = plain(torch.from_numpy(x.astype(np.float32)).double(), weights, masks)
    labels = torch.from_numpy(source().labels[positions])
    expected = nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)
    expected.backward()
    assert float(loss) == pytest.approx(expected.item(), rel=1e-12)
    assert int(correct) == int((logits.argmax(1) == labels).sum())
    assert damaged == []
    for name, value in made.network.named_parameters():
        # The first step of SGD with momentum, after one drop of the rate.
        step = 0.001 * (weights[name].grad + 5e-4 * before[name])
        torch.testing.assert_close(value.detach(), before[name] - step, rtol=1e-9, atol=1e-14)


def plain(x, weights, masks):
    """AlexNet of 2012 in PyTorch's own functions."""
    f = nn.functional

    def conv(number, x, **options):
        return torch.relu(f.conv2d(x, weights[f"conv{number}.weight"], weights[f"conv{number}.bias"], **options))

    def dense(number, x):
        return f.linear(x, weights[f"dense{number}.weight"], weights[f"dense{number}.bias"])

    def norm(x):
        return f.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2.0)

    x = f.max_pool2d(norm(conv(1, x, stride=4)), 3, 2)
    x = f.max_pool2d(norm(conv(2, x, padding=2, groups=2)), 3, 2)
    x = conv(5, conv(4, conv(3, x, padding=1), padding=1, groups=2), padding=1, groups=2)
    x = f.max_pool2d(x, 3, 2).flatten(1)
    for number, mask in enumerate(masks, 1):
        x = torch.relu(dense(number, x)) * mask * 2
    return dense(3, x)


def test_masks_drop_half_differ_by_row_layer_and_seed_and_come_in_shares():
    architecture = trainer(ALONE).network.architecture
    first, second = dropout_masks(architecture, 40, slice(None), 1, ALONE.device)
    assert first.shape == (40, 204)
    assert first.float().mean().item() == pytest.approx(0.5, abs=0.02)
    assert len({row.numpy().tobytes() for row in first}) == 40
    assert not torch.equal(first, second)
    assert not torch.equal(first, dropout_masks(architecture, 40, slice(None), 2, ALONE.device)[0])
    share = dropout_masks(architecture, 40, slice(10, 20), 1, ALONE.device)
    assert torch.equal(share[1], second[10:20])


def test_validation_counts_every_picture_once_and_changes_nothing():
    made = trainer(ALONE, dtype=torch.float32)
    before = {name: value.clone() for name, value in made.network.state_dict().items()}
    scores, damaged = made.validate(source(), batch_size=9)
    assert damaged == []
    x = made.preparation(torch.from_numpy(source().images))
    logits = made.network.eval()(x).detach().double()
    labels = torch.from_numpy(source().labels)
    assert scores["val_loss"] == pytest.approx(float(nn.functional.cross_entropy(logits, labels)), rel=1e-5)
    order = logits.argsort(1, descending=True)[:, :5] == labels[:, None]
    assert scores["val_top1"] == pytest.approx(float(order[:, 0].double().mean()))
    assert scores["val_top5"] == pytest.approx(float(order.any(1).double().mean()))
    for name, value in made.network.state_dict().items():
        assert torch.equal(value, before[name])


def test_several_processes_validate_as_one():
    [first, second] = results(2, validation)
    assert first == second
    assert first == pytest.approx(validation(), rel=1e-6)


def test_bfloat16_and_channels_last_come_close_and_leave_the_weights_in_float32(alone):
    made = trainer(ALONE, dtype=torch.float32, precision="bfloat16", channels_last=True)
    loss, _, _ = made.gradients(3, parts_of(made, 3))
    assert float(loss) == pytest.approx(alone[1][0], rel=0.02)
    weight = made.network.conv2.weight
    assert weight.dtype == weight.grad.dtype == torch.float32
    assert weight.is_contiguous(memory_format=torch.channels_last)


def test_an_uneven_share_is_refused():
    with pytest.raises(ValueError, match=r"multiple of processes times --accumulate, 1 × 5, received 12"):
        trainer(ALONE, accumulate=5)
    with pytest.raises(ValueError, match=r"5 × 1, received 12"):
        trainer(Processes(0, 5, ALONE.device))
    assert RECIPE.batch_size == 12
