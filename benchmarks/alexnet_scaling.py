"""Time training steps of AlexNet with one process and with several: ``python -m benchmarks.alexnet_scaling``.

Every run is the command a reader would type, on synthetic pictures: ``torchrun --nproc-per-node K -m cnnlib train``.
Each process has one thread. The joint batch is the same for every K, so K processes do the work of one between them.
Writes ``results/alexnet-scaling.json``. Run it on a machine that does nothing else.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys

from benchmarks.record import write_record

SPEED = re.compile(r"([\d,.]+) images/s")


def images_per_second(processes, network, batch_size, steps, width):
    """Run the command once, and return the speed that it reports last: the mean over all steps but the first ones."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command += ["-m", "cnnlib", "train", network, "--synthetic", "--width", str(width), "--batch-size", str(batch_size)]
    command += ["--steps", str(steps), "--device", "cpu", "--log-every", str(steps)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(SPEED.findall(result.stderr)[-1].replace(",", ""))


def measure(processes, repetitions, **run):
    """Measure every number of processes in turn, several times, so that a busy minute harms all alike."""
    speeds = {count: [] for count in processes}
    for _ in range(repetitions):
        for count in processes:
            speeds[count].append(images_per_second(count, **run))
            print(f"{count} processes: {speeds[count][-1]:.1f} images/s", flush=True)
    alone = statistics.median(speeds[processes[0]])
    return [
        {
            "processes": count,
            "images_per_second": values,
            "median": statistics.median(values),
            "over_one_process": statistics.median(values) / alone,
        }
        for count, values in speeds.items()
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--network", default="alexnet2012")
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--batch-size", type=int, default=32, help="of all processes together")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--note", default="nothing else ran", help="what else the machine did meanwhile")
    options = parser.parse_args()
    run = {name: getattr(options, name) for name in ("network", "batch_size", "steps", "width")}
    load = os.getloadavg()[0]
    results = measure(options.processes, options.repetitions, **run)
    command = (
        f"python -m benchmarks.alexnet_scaling --processes {' '.join(map(str, options.processes))} "
        f"--width {options.width:g} --batch-size {options.batch_size} --steps {options.steps} "
        f"--repetitions {options.repetitions}"
    )
    about = {"cores": os.cpu_count(), "threads_each": 1, "load_before": load, "meanwhile": options.note}
    print(f"written to {write_record('alexnet-scaling', command, results, n=options.repetitions, **run, **about)}")


if __name__ == "__main__":
    main()
