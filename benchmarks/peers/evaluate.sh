#!/usr/bin/env bash
# Sentences that are scored a second on GLUE in LRF-Bench, ONNX Runtime (batches of 32, sorted by length) and PyTorch
# (transformers' pipeline, batches of 32), in one call: the three alternate, so that a busy machine disturbs all of them.
# From texts to accuracy, tokenization included; models and data are loaded before.
#
#   benchmarks/peers/evaluate.sh MODEL GLUE [THREADS] [ROUNDS] [LIMIT] [TASK...]
#
# Default: 2 threads, 3 rounds, all examples (0), sst2 and mnli, or where GLUE has no MNLI sst2 and mrpc. MODEL is the
# directory of a small BERT, such as a MiniLM of 6 layers; beside it stands bert-base with random weights. LIMIT takes the
# first examples of each task only.
#
# Needs a python with torch, transformers, onnx and onnxruntime (PYTHON names it).
# Prints every measurement as CSV, then the medians over rounds and how many times as fast as the peers we are. Ends with
# 1 where accuracies differ by more than what rounding can do: one example in 200.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
model=$(realpath "$1")
glue=$(realpath "$2")
cd "$(dirname "$0")/../.."
threads=${3:-2}
rounds=${4:-3}
limit=${5:-0}
tasks=("${@:6}")
if [ ${#tasks[@]} -eq 0 ]; then
  if [ -e "$glue/MNLI/dev_matched.tsv" ]; then tasks=(sst2 mnli); else tasks=(sst2 mrpc); fi
fi
python=${PYTHON:-python3}
./mvnw -q -B -Dmaven.test.skip=true package
classpath="benchmarks/target/classes:harness/target/classes:kernels/target/classes:harness/target/lib/*"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
peers() {
  "$python" -W ignore benchmarks/peers/evaluate_cpu.py "$@" 2>"$folder/errors" ||
    { tail -3 "$folder/errors" >&2; exit 1; }
}
list=$(IFS=,; peers models --model "$model" --out "$folder" --tasks "${tasks[*]}")
mapfile -t subjects <<<"$list"
for round in $(seq "$rounds"); do
  for subject in "${subjects[@]}"; do
    java -XX:+UseSerialGC -cp "$classpath" io.github.lrfbench.benchmarks.model.EvaluationRate \
      cpu "$threads" "$glue" "$limit" 1 "$subject" 2>/dev/null
    peers time --glue "$glue" --threads "$threads" --limit "$limit" "$subject"
  done
done | tee "$folder/results"
"$python" - "$folder/results" <<'P'
import statistics
import sys
from collections import defaultdict

rates = defaultdict(list)
accuracies = defaultdict(set)
for line in open(sys.argv[1]):
    runtime, model, task, sentences, _, rate, accuracy, _ = line.strip().split(",")
    if runtime != "runtime":
        rates[runtime, model, sentences].append(float(rate))
        accuracies[model].add(float(accuracy))
medians = {key: statistics.median(values) for key, values in rates.items()}
print("\nmodel,sentences,sentences_per_s,times_onnxruntime,times_pytorch")
for (runtime, *subject), median in medians.items():
    if runtime == "lrfbench":
        times = [median / medians[peer, *subject] for peer in ("onnxruntime", "pytorch")]
        print(f"{','.join(subject)},{median:.1f},{times[0]:.3f},{times[1]:.3f}")
different = [model for model, found in accuracies.items() if max(found) - min(found) > 0.005]
if different:
    sys.exit("accuracies differ: " + ", ".join(different))
P
