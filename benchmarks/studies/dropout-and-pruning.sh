#!/usr/bin/env bash
# Measures docs/studies/dropout-and-pruning.md anew and writes its rows, tables and plots: about half an hour on two quiet cores.
# usage: benchmarks/studies/dropout-and-pruning.sh WORK
#   WORK  a folder for models and sweeps; what is there already is taken, so that the script goes on where it stopped
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$1
rows=results/reference/dropout-and-pruning
rates="0 0.1 0.3"
mkdir -p "$work" "$rows"

for rate in $rates; do
  out=$work/bert-cola-dropout-$rate
  [ -f "$out/model.safetensors" ] || ./lrfbench finetune --threads 1 --model demo:bert --task demo-cola \
    --dropout "$rate" --epochs 2 --lr 3e-4 --batch-size 64 --out "$out"
done

models=$(for rate in $rates; do printf '%s,' "$work/bert-cola-dropout-$rate"; done | sed 's/,$//')
sweep() {
  ./lrfbench sweep --threads 1 --model "$models" --task demo-cola --predictions none --max-seconds 0.02 --min-runs 1 --warmup 0 "$@"
}

# 1. What is cut: entries at random or by magnitude, or singular values.
sweep --out "$work/cuts" --method prune:score=random --keep 0.95,0.9,0.8,0.7,0.5 --seed 0,1,2,3,4
sweep --out "$work/cuts" --method prune:score=magnitude,svd --keep 0.95,0.9,0.8,0.7,0.5
# 2. Where it is cut: outputs at random of matrices behind which dropout stands, and of others of the same shape.
group() { # NAME GLOB...
  local name=$1 globs=() glob
  shift
  for glob in "$@"; do globs+=(--layers "$glob"); done
  sweep --out "$work/$name" "${globs[@]}" --keep 0.9,0.8,0.7,0.5 \
    --seed 0,1,2 --method prune:score=random:pattern=outputs,prune:score=random:pattern=outputs:rescale=true
}
group dropped '*attention.output.dense'
group others '*attention.self.query' '*attention.self.key' '*attention.self.value'
for name in cuts dropped others; do
  sed "s#,$work/#,#" "$work/$name/runs.csv" >"$rows/$name.csv"
done
./mvnw -q -B -pl harness -am test -Dtest=ReferenceTablesTest \
  -Dsurefire.failIfNoSpecifiedTests=false -Dlrfbench.update=true
