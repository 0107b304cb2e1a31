#!/usr/bin/env bash
# Latency of gpt2-small (random weights, fp32) in LRF-Bench, PyTorch and ONNX Runtime, in one call: the three alternate,
# so that a busy machine disturbs all of them.
#
#   benchmarks/peers/gpt2.sh [THREADS] [ROUNDS] [SUBJECT...]     default: 2 threads, 3 rounds, all subjects
#
# Needs a python with torch, transformers, onnx and onnxruntime (PYTHON names it).
# Prints every measurement as CSV, then the median over rounds and its ratio to PyTorch and to ONNX Runtime.
set -euo pipefail
cd "$(dirname "$0")/../.."
threads=${1:-2}
rounds=${2:-3}
subjects=("${@:3}")
if [ ${#subjects[@]} -eq 0 ]; then
  subjects=(last:1x128 last:8x128 all:1x128 all:8x128 last:1x1024 decode:1x512)
fi
python=${PYTHON:-python3}
./mvnw -q -B -Dmaven.test.skip=true package
classpath="benchmarks/target/classes:harness/target/classes:kernels/target/classes:harness/target/lib/*"
results=$(mktemp)
errors=$(mktemp)
trap 'rm -f "$results" "$errors"' EXIT
for round in $(seq "$rounds"); do
  for subject in "${subjects[@]}"; do
    java -cp "$classpath" io.github.lrfbench.benchmarks.model.Gpt2Latency cpu "$threads" 20 fp32 "$subject"
    "$python" -W ignore benchmarks/peers/gpt2_cpu.py --threads "$threads" "$subject" 2>"$errors" ||
      { tail -3 "$errors" >&2; exit 1; }
  done
done | tee "$results"
"$python" - "$results" <<'P'
import statistics
import sys
from collections import defaultdict

times = defaultdict(list)
for line in open(sys.argv[1]):
    runtime, variant, batch, seq, median, *_ = line.strip().split(",")
    if runtime != "runtime":
        times[runtime, variant, batch, seq].append(float(median))
medians = {key: statistics.median(values) for key, values in times.items()}
print("\nruntime,variant,batch,seq,median_ms,ratio_to_pytorch,ratio_to_onnxruntime")
for (runtime, *subject), median in medians.items():
    ratios = []
    for peer in ("pytorch", "onnxruntime"):
        other = medians.get((peer, *subject))
        ratios.append(f"{median / other:.3f}" if other else "")
    print(",".join([runtime, *subject, f"{median:.2f}", *ratios]))
P
