#!/bin/sh
# Check and measure, on one GPU, everything that needs one: sh benchmarks/gpu.sh
#
# The parts, in their order, and the seconds that each may take on an H100; together under 8 minutes:
#
#   correctness   75   tests/gpu and the captured training on CUDA, at full size against float64
#   kernels      115   results/gpu-kernels.json         our kernels, cuDNN and unfold
#   forms         15   results/convolution-forms.json   one convolution in every form: the GPU's rows
#   lenet         75   results/gpu-lenet.json           MNIST as captured CUDA graphs
#   alexnet      125   results/gpu-alexnet.json         throughput on synthetic pictures
#   layers        15   results/alexnet-layers-gpu.json  layers against the roofline
#   cifar         55   results/alexnet-cifar.json       CIFAR-10, where its data is
#
# A part that fails or takes too long leaves the others alone; the end and the exit status tell of it. results/gpu-run.json
# says what ran, results/gpu-run.log what it printed. With OUT set, all that goes to $OUT/results. Nothing is installed:
# python3, or what PYTHON names, must have PyTorch with CUDA, Triton, NumPy, SciPy, tqdm, safetensors, threadpoolctl,
# and for the tests pytest and hypothesis.
#
#   --only PART     this part; may be given again
#   --data FOLDER   that holds MNIST and CIFAR-10, as CNNLIB_DATA does
#   --rehearse      every part on the CPU, with tiny sizes, in a temporary folder
set -u
start=$PWD
cd "$(dirname "$0")/.." || exit 2

PARTS="correctness kernels forms lenet alexnet layers cifar"
PYTHON=${PYTHON:-python3}
only="" rehearse="" data=${CNNLIB_DATA:-}

usage() {
    echo "usage: sh benchmarks/gpu.sh [--only PART]... [--data FOLDER] [--rehearse]; PART is one of $PARTS" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
        --only)
            case " $PARTS " in *" ${2:-none} "*) only="$only $2" ;; *) usage ;; esac
            shift ;;
        --data)
            data=$(cd "$start" && cd "${2:?--data must name a folder}" && pwd) || exit 2
            shift ;;
        --rehearse) rehearse=--rehearse ;;
        *) usage ;;
    esac
    shift
done

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -n "$rehearse" ]; then
    CNNLIB_RESULTS=$scratch/results
    export OMP_NUM_THREADS=1 TRITON_INTERPRET=1
else
    CNNLIB_RESULTS=$(cd "$start" && mkdir -p "${OUT:-$OLDPWD}/results" && cd "${OUT:-$OLDPWD}/results" && pwd) || exit 2
    "$PYTHON" -c "import sys, torch; sys.exit(not torch.cuda.is_available())" || {
        echo "no CUDA GPU can be used by $PYTHON; --rehearse needs none" >&2
        exit 2
    }
fi
[ -z "$data" ] && [ -d shared/data ] && data=$PWD/shared/data
[ -n "$data" ] && export CNNLIB_DATA="$data"
# Without pooch nothing can be fetched, and nobody knows the usual cache: an empty one does.
"$PYTHON" -c "import pooch" 2>/dev/null || export CNNLIB_CACHE="${CNNLIB_CACHE:-$scratch/cache}"
export CNNLIB_RESULTS PYTHONPATH=".${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
mkdir -p "$CNNLIB_RESULTS" && : >"$CNNLIB_RESULTS/gpu-run.log" || exit 2
[ -n "$only" ] || rm -f "$CNNLIB_RESULTS/gpu-run.json"

limit_of() {
    case $1 in
        correctness | lenet) echo 75 ;;
        kernels) echo 115 ;;
        alexnet) echo 125 ;;
        forms | layers) echo 15 ;;
        cifar) echo 55 ;;
    esac
}

# Seconds after which a program begins nothing more; rehearsed on a slow machine, it is to come to its end.
budget() {
    if [ -n "$rehearse" ]; then echo 300; else echo "$1"; fi
}

limited() {
    if command -v timeout >/dev/null; then timeout -k 5 "$seconds" "$@"; else "$@"; fi
}

compiling=""
compile_ahead() {
    # While the tests run: it needs the processor, not the GPU.
    [ -n "$compiling" ] && return
    seconds=75 limited "$PYTHON" -m benchmarks.gpu_kernels --compile 10 >>"$scratch/compiled" 2>&1 &
    compiling=$!
}

run() {
    case $1 in
        correctness)
            tests="tests/gpu tests/benchmarks/test_captured.py"
            [ -n "$rehearse" ] && tests=tests/gpu/kernels/test_fused.py
            processes=""
            [ -z "$rehearse" ] && "$PYTHON" -c "import xdist" 2>/dev/null && processes="-n 8"
            # shellcheck disable=SC2086  # words, not one
            limited "$PYTHON" -m pytest -q -p no:cacheprovider $processes $tests ;;
        kernels)
            [ -n "$rehearse" ] || compile_ahead
            [ -z "$compiling" ] || wait "$compiling"
            limited "$PYTHON" -m benchmarks.gpu_kernels --seconds "$(budget 98)" $rehearse ;;
        forms) limited "$PYTHON" -m benchmarks.gpu_forms $rehearse ;;
        lenet) limited "$PYTHON" -m benchmarks.gpu_lenet --seconds "$(budget 50)" $rehearse ;;
        alexnet) limited "$PYTHON" -m benchmarks.gpu_alexnet --seconds "$(budget 110)" $rehearse ;;
        layers)
            set -- --device cuda
            [ -n "$rehearse" ] && set -- --device cpu --batches 1 --runs 1
            limited "$PYTHON" -m benchmarks.alexnet_layers "$@" ;;
        cifar)
            "$PYTHON" -m benchmarks.gpu_report has-cifar || return 77
            set -- --epochs 20
            [ -n "$rehearse" ] && set -- --rehearse --width 0.05 --device cpu
            limited "$PYTHON" -m benchmarks.alexnet_cifar "$@" ;;
    esac
}

[ -n "$rehearse" ] || [ -n "$only" ] || compile_ahead
for part in ${only:-$PARTS}; do
    seconds=$(limit_of "$part")
    [ -n "$rehearse" ] && seconds=300
    echo "== $part"
    begin=$(date +%s)
    run "$part" >"$scratch/log" 2>&1
    code=$?
    case $code in
        0) status=ok ;;
        77) status=skipped ;;
        124 | 137) status="timed out" ;;
        *) status=failed ;;
    esac
    { echo "== $part"; cat "$scratch/log"; } >>"$CNNLIB_RESULTS/gpu-run.log"
    tail -n 12 "$scratch/log"
    took=$(($(date +%s) - begin))
    echo "-- $part: $status after $took s"
    "$PYTHON" -m benchmarks.gpu_report add "$part" "$status" "$code" "$took" "$seconds"
done
echo "== summary"
"$PYTHON" -m benchmarks.gpu_report check $rehearse
