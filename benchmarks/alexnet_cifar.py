"""Train AlexNet's plan on CIFAR-10: ``python -m benchmarks.alexnet_cifar``.

Writes ``results/alexnet-cifar.json`` on a GPU and ``results/alexnet-cifar-cpu.json`` elsewhere: curves, confusion,
first-layer filters, and the nearest training pictures of six test pictures in the last hidden layer, with the small
pictures themselves, so that the record draws every figure without the data. ``--rehearse`` runs it all in seconds on
few pictures and writes nothing. A slim network for a CPU: ``--width 0.125 --epochs 8 --batch-size 250 --dropout 0``.
"""

import argparse
import base64
import io

import numpy as np
import torch
from PIL import Image

from benchmarks.record import write_record
from cnnlib.data import cifar10
from cnnlib.experiments.ideas.cifar_alexnet import (
    BytePictures,
    CifarAlexNet,
    Mirrored,
    fit_bytes,
    hidden_layer,
    nearest,
    precision_on,
)
from cnnlib.training import pick_device
from cnnlib.training.evaluation import evaluate_batches

QUERIES, NEIGHBOURS, JUDGED = 6, 6, 1000


def gather(network, known, test):
    """Return the figures of a trained network, as JSON can hold them."""
    labels, precision = test.labels.cpu().numpy(), precision_on(test.labels.device)
    result, mirrored = (
        evaluate_batches(each, test.batches(), precision=precision) for each in (network, Mirrored(network))
    )
    hidden = [hidden_layer(network, part) for part in (test, known)]
    pixels = [part.floats(part.images).flatten(1) for part in (test, known)]
    alike = {}
    for name, (queries, others) in {"hidden layer": hidden, "pixels": pixels}.items():
        found = nearest(queries[:JUDGED], others, 1)[:, 0]
        alike[name] = float(np.mean(known.labels.cpu().numpy()[found] == labels[:JUDGED]))
    neighbours = nearest(hidden[0][:QUERIES], hidden[1], NEIGHBOURS)
    return {
        "test_accuracy": result.accuracy,
        "test_accuracy_mirrored": mirrored.accuracy,
        "confusion": result.confusion().tolist(),
        "parameters": sum(value.numel() for value in network.parameters()),
        "filters": packed_filters(network.features[0].weight.detach().float().cpu().numpy()),
        "neighbours": {
            "test": list(range(QUERIES)),
            "test_labels": labels[:QUERIES].tolist(),
            "train": neighbours.tolist(),
            "train_labels": known.labels.cpu().numpy()[neighbours].tolist(),
            "pictures": packed_pictures(test.images[:QUERIES].cpu().numpy(), known.images.cpu().numpy()[neighbours]),
            "same_class": alike,
            "judged": min(JUDGED, len(labels)),
        },
    }


def packed_filters(weight):
    """Pack kernels (K, 3, H, W) as bytes, gray 128 for 0 and each kernel as bright as it can be."""
    largest = np.abs(weight).max((1, 2, 3), keepdims=True)
    pixels = np.round(127.5 + 127.5 * weight / largest).astype(np.uint8)
    return {"shape": list(pixels.shape), "bytes": base64.b64encode(pixels.tobytes()).decode()}


def packed_pictures(queries, neighbours):
    """Pack each query (3, H, W) and its neighbours as a row of one JPEG picture."""
    rows = [np.concatenate([query, *others], axis=2) for query, others in zip(queries, neighbours, strict=True)]
    sheet, file = np.concatenate(rows, axis=1).transpose(1, 2, 0), io.BytesIO()
    Image.fromarray(sheet).save(file, format="jpeg", quality=90)
    return base64.b64encode(file.getvalue()).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=float, default=1.0, help="share of the channels and hidden units")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch-size", type=int, default=500)
    parser.add_argument("--learning-rate", type=float, default=0.1, help="peak of the cycle")
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--rehearse", action="store_true", help="one epoch over 1,000 pictures; write nothing")
    options = parser.parse_args()
    device = pick_device(options.device)
    dataset = cifar10()
    few = 1000 if options.rehearse else None
    known = BytePictures(dataset.train.images[:few], dataset.train.labels[:few], device)
    test = BytePictures(dataset.test.images[:few], dataset.test.labels[:few], device, like=known)
    network = CifarAlexNet(width=options.width, dropout=options.dropout, seed=options.seed)
    network.to(device, memory_format=torch.channels_last)
    torch.manual_seed(options.seed)  # of dropout
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")
    settings = {
        "epochs": 1 if options.rehearse else options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "seed": options.seed,
    }
    history = fit_bytes(network, known, test, **settings, report=lambda line: print(line, flush=True))
    seconds = round(sum(row["seconds"] for row in history), 1)
    results = {"history": history, "seconds": seconds} | gather(network, known, test)
    told = f"test accuracy {results['test_accuracy']:.4f} after {seconds} s of training"
    if options.rehearse:
        print(told)
        return
    path = write_record(
        "alexnet-cifar" if device.type == "cuda" else "alexnet-cifar-cpu",
        _command(options),
        results,
        data=f"{dataset.name}, 50,000 training and 10,000 test pictures",
        n=1,
        width=options.width,
        dropout=options.dropout,
        **settings,
    )
    print(f"{told}; written to {path}")


def _command(options):
    given = {name: value for name, value in vars(options).items() if name not in ("rehearse", "device")}
    flags = (f"--{name.replace('_', '-')} {value}" for name, value in given.items())
    return " ".join(["python -m benchmarks.alexnet_cifar", *flags])


if __name__ == "__main__":
    main()
