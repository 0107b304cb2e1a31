#!/usr/bin/env bash
# What is compared with PyTorch on a GPU:
#
#   benchmarks/peers/cuda.sh [OUT [SECTION...]]          default: results/runs/cuda and all sections
#
# Sections: lowrank (fused products, two products, dense), bert (bert-base latency in fp32, tf32 and fp16, dense and
# rank 128), compile (the same of torch.compile, of fp16 alone: each model is compiled for half a minute), svd (truncated
# SVD of bert-base's 72 matrices). What a section measured stays in OUT when another fails or is run later; ratios are
# printed of what is there. PYTHON names a python with torch, transformers and numpy. LRFBENCH_JAVA starts Java with the
# class path set; without it the project is built first.
set -uo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
out=${1:-results/runs/cuda}
shift $(($# > 0))
sections=("$@")
[ ${#sections[@]} -gt 0 ] || sections=(lowrank bert compile svd)
for section in "${sections[@]}"; do
  case $section in
    lowrank | bert | compile | svd) ;;
    *) echo "no section '$section': lowrank, bert, compile or svd" >&2 && exit 2 ;;
  esac
done
mkdir -p "$out" || exit 2
if [ -z "${LRFBENCH_JAVA:-}" ]; then
  ./mvnw -q -B -Dmaven.test.skip=true package || exit 2
  LRFBENCH_JAVA="java -cp benchmarks/target/classes:harness/target/classes:kernels/target/classes:harness/target/lib/*"
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
java() { $LRFBENCH_JAVA "$@"; }

run_lowrank() {
  local dtype failed=0 tune=""
  for dtype in fp32 fp16; do
    rm -f "$out/kernels-$dtype.csv"
    # Which products run fused is measured by the first call, for all types.
    java io.github.lrfbench.harness.cli.Main kernels --device cuda --dtype $dtype $tune \
      --shapes 768x768,3072x768,768x3072 --ranks 16,32,64,128,256,384,616 --rows 1,16,128,1024,8192 \
      --out "$out/kernels-$dtype.csv" && tune=--no-tune || failed=1
  done
  "$python" benchmarks/peers/cuda_torch.py lowrank | tee "$out/torch-lowrank.csv" || failed=1
  return $failed
}

run_bert() {
  local dtype failed=0
  rm -f "$out/bert.csv"
  for dtype in fp16 fp32 tf32; do
    java io.github.lrfbench.benchmarks.model.BertLatency cuda 0 128 100 $dtype 1x128 32x128 | tee -a "$out/bert.csv" ||
      failed=1
  done
  "$python" benchmarks/peers/cuda_torch.py bert | tee -a "$out/bert.csv" || failed=1
  return $failed
}

run_compile() {
  "$python" benchmarks/peers/cuda_torch.py compile | tee "$out/bert-compile.csv"
}

run_svd() {
  local failed=0
  "$python" benchmarks/peers/svd_numpy.py make "$folder" || return 1
  "$python" benchmarks/peers/cuda_torch.py svd "$folder" | tee "$out/svd.csv" || return 1
  java -Ddevice=cuda io.github.lrfbench.benchmarks.svd.BertSvd "$folder" 0 128 3 auto gram randomized |
    tee -a "$out/svd.csv" || failed=1
  return $failed
}

failures=()
for section in "${sections[@]}"; do
  echo "== $section" >&2
  "run_$section" || failures+=("$section")
done
"$python" benchmarks/peers/cuda_summary.py "$out" | tee "$out/summary.txt" || failures+=(summary)
[ ${#failures[@]} -eq 0 ] || { echo "failed: ${failures[*]}" >&2 && exit 1; }
