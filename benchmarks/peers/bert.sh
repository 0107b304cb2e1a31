#!/usr/bin/env bash
# Latency of bert-base (random weights, fp32) in LRF-Bench, PyTorch and ONNX Runtime, dense and with rank 128 in
# every matrix, in one call: the three alternate, so that a busy machine disturbs all of them.
#
#   benchmarks/peers/bert.sh [THREADS] [ROUNDS]     default: 2 threads, 3 rounds
#
# Needs a python with torch, transformers, onnx and onnxruntime (PYTHON names it).
# Prints every measurement as CSV, then the median over rounds and its ratio to PyTorch and to ONNX Runtime.
set -euo pipefail
cd "$(dirname "$0")/../.."
threads=${1:-2}
rounds=${2:-3}
python=${PYTHON:-python3}
./mvnw -q -B -Dmaven.test.skip=true package
classpath="benchmarks/target/classes:harness/target/classes:kernels/target/classes:harness/target/lib/*"
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for round in $(seq "$rounds"); do
  java -cp "$classpath" io.github.lrfbench.benchmarks.model.BertLatency cpu "$threads" 128 20 fp32 1x128 8x128 | sed "s/fp32 //"
  "$python" -W ignore benchmarks/peers/bert_cpu.py --threads "$threads" 2>/dev/null
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
print("\nruntime,variant,batch,seq,median_ms,ratio_to_pytorch,ratio_to_onnxruntime,speedup_over_own_dense")
for (runtime, variant, batch, seq), median in medians.items():
    ratios = [median / medians[peer, variant, batch, seq] for peer in ("pytorch", "onnxruntime")]
    speedup = medians[runtime, "dense", batch, seq] / median
    print(f"{runtime},{variant},{batch},{seq},{median:.2f},{ratios[0]:.3f},{ratios[1]:.3f},{speedup:.2f}")
P
