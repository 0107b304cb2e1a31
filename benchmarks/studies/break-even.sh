#!/usr/bin/env bash
# Measures docs/studies/break-even.md anew and writes its tables and its plot: some five minutes on two quiet cores.
# usage: benchmarks/studies/break-even.sh MODEL TASK GLUE [THREADS]
#   MODEL  a MiniLM-L6 fine-tuned for TASK (its shapes are those of minilm-l6); GLUE the folder of the data
set -euo pipefail
cd "$(dirname "$0")/../.."
model=$1 task=$2 glue=$3 threads=${4:-2}
rows=results/reference/break-even
sweep=$(mktemp -d)
trap 'rm -rf "$sweep"' EXIT

mkdir -p "$rows"
rm -f "$rows"/*.csv
./lrfbench kernels --device cpu --threads "$threads" --shapes 384x384,1536x384,768x768,3072x768 \
  --ranks 8,16,32,64,96,128,192,256,320,384,512,614 --rows 1,16,128,1024 --out "$rows/kernels.csv"
# The study is of products.
sed -i '/^[0-9]*,svd,/d' "$rows/kernels.csv"
./lrfbench sweep --device cpu --threads "$threads" --model "$model" --task "$task" --glue "$glue" --limit 8 \
  --predictions none --method svd --rank 8,16,32,64,96,128,160,192,256 --batch-size 1,8 --seq-len 128 --out "$sweep"
sed "s#,$model,#,$(basename "$model"),#" "$sweep/runs.csv" >"$rows/runs.csv"
./mvnw -q -B -pl harness -am test -Dtest='ReferenceTablesTest,BreakEvenStudyTest' \
  -Dsurefire.failIfNoSpecifiedTests=false -Dlrfbench.update=true
