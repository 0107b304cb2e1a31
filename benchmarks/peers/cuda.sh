#!/usr/bin/env bash
# Everything that is compared with PyTorch on a GPU, in one call on one device:
#
#   benchmarks/peers/cuda.sh [OUT]          default: results/runs/cuda
#
# bert-base latency (fp32, tf32, fp16; dense and rank 128), low-rank products (fused, two products, dense), and
# truncated SVD of bert-base's 72 matrices. PYTHON names a python with torch, transformers and numpy. LRFBENCH_JAVA
# starts Java with the class path set; without it the project is built first. Prints ratios; the measurements lie in OUT.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
out=${1:-results/runs/cuda}
mkdir -p "$out"
if [ -z "${LRFBENCH_JAVA:-}" ]; then
  ./mvnw -q -B -Dmaven.test.skip=true package
  LRFBENCH_JAVA="java -cp benchmarks/target/classes:harness/target/classes:kernels/target/classes:harness/target/lib/*"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
java() { $LRFBENCH_JAVA "$@"; }

echo "== low-rank products" >&2
for dtype in fp32 fp16; do
  rm -f "$out/kernels-$dtype.csv"
  java io.github.lrfbench.harness.cli.Main kernels --device cuda --dtype $dtype --shapes 768x768,3072x768,768x3072 \
    --ranks 16,32,64,128,256,384,616 --rows 1,16,128,1024,8192 --out "$out/kernels-$dtype.csv"
done
"$python" benchmarks/peers/cuda_torch.py lowrank | tee "$out/torch-lowrank.csv"

echo "== bert-base" >&2
{
  for dtype in fp32 tf32 fp16; do
    java io.github.lrfbench.benchmarks.model.BertLatency cuda 0 128 100 $dtype 1x128 32x128
  done
  "$python" benchmarks/peers/cuda_torch.py bert
} | tee "$out/bert.csv"

echo "== truncated SVD" >&2
"$python" benchmarks/peers/svd_numpy.py make "$folder"
{
  "$python" benchmarks/peers/cuda_torch.py svd "$folder"
  java -Ddevice=cuda io.github.lrfbench.benchmarks.svd.BertSvd "$folder" 0 128 3 auto gram randomized
} | tee "$out/svd.csv"

"$python" benchmarks/peers/cuda_summary.py "$out" | tee "$out/summary.txt"
