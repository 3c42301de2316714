import torch

from cnnlib.experiments.speed.traffic import Traffic


def test_every_operation_is_noted_with_the_bytes_of_its_tensors():
    x, w = torch.rand(1, 2, 6, 5), torch.rand(3, 2, 2, 3)
    with Traffic() as traffic:
        y = torch.relu(torch.conv2d(x, w))
    assert traffic.calls == [
        ("convolution", 4 * (x.numel() + w.numel() + y.numel())),
        ("relu", 2 * 4 * y.numel()),
    ]
    assert traffic.bytes == sum(moved for _, moved in traffic.calls)


def test_views_move_nothing_and_later_work_is_not_noted():
    x = torch.rand(4, 6)
    with Traffic() as traffic:
        x.t().reshape(3, 8, 1)[1:].detach().view(-1)
    torch.relu(x)
    # A transpose cannot be reshaped where it lies.
    assert [name for name, _ in traffic.calls] == ["clone"]


def test_the_backward_pass_is_seen():
    x = torch.rand(3, requires_grad=True)
    with Traffic() as traffic:
        x.exp().sum().backward()
    names = [name for name, _ in traffic.calls]
    assert names[:2] == ["exp", "sum"]
    assert "mul" in names[2:]
