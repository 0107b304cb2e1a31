#!/usr/bin/env bash
# Truncates bert-base's 72 matrices (Gaussian, fp32) with LRF-Bench and with NumPy, in turns, and
# prints every run as CSV and the ratio of the medians.
#
#   benchmarks/peers/svd.sh [ROUNDS [THREADS [RANK [ALGORITHM]]]]      defaults: 3 2 128 auto
#
# PYTHON names the interpreter (default: python), PEERS the peers beside the first, numpy, which is
# the yardstick (default: none; see svd_numpy.py). Needs 350 MB in TMPDIR while it runs.
set -euo pipefail
rounds=${1:-3}
threads=${2:-2}
rank=${3:-128}
algorithm=${4:-auto}
python=${PYTHON:-python}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$root"
./mvnw -q -B -pl benchmarks -am test-compile dependency:build-classpath \
    -Dmdep.includeScope=runtime -Dmdep.outputFile=target/classpath.txt >&2
classpath=benchmarks/target/classes:$(cat benchmarks/target/classpath.txt)
"$python" "$here/svd_numpy.py" make "$folder"
echo "runtime,algorithm,threads,rank,seconds,worst_error_over_optimum" | tee "$folder/runs.csv"
for ((round = 0; round < rounds; round++)); do
    "$python" "$here/svd_numpy.py" time "$folder" --threads "$threads" --rank "$rank" --peers "numpy${PEERS:+,$PEERS}"
    java -cp "$classpath" io.github.lrfbench.benchmarks.svd.BertSvd "$folder" "$threads" "$rank" 3 "$algorithm"
done | tee -a "$folder/runs.csv"
"$python" - "$folder/runs.csv" <<'PYTHON'
import csv, statistics, sys

times = {}
worst = {}
for row in csv.DictReader(open(sys.argv[1])):
    key = row["runtime"], row["algorithm"]
    times.setdefault(key, []).append(float(row["seconds"]))
    worst[key] = max(worst.get(key, 0), float(row["worst_error_over_optimum"]))
numpy = times["numpy", "numpy"]
for key, seconds in times.items():
    print(
        f"# {' '.join(key)}: median {statistics.median(seconds):.3f} s, min {min(seconds):.3f} s,"
        f" ratio to numpy {statistics.median(seconds) / statistics.median(numpy):.4f} (min {min(seconds) / min(numpy):.4f}),"
        f" worst error over optimum {worst[key]:.6f}"
    )
PYTHON
