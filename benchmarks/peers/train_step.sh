#!/usr/bin/env bash
# Time and memory of a training step of bert-base in LRF-Bench and PyTorch, in turns.
#
#   benchmarks/peers/train_step.sh [THREADS] [ROUNDS]     default: 2 threads, 2 rounds
#
# PYTHON names a python with torch and transformers.
set -euo pipefail
cd "$(dirname "$0")/../.."
threads=${1:-2}
rounds=${2:-2}
./mvnw -q -B -Dmaven.test.skip=true package
classpath="benchmarks/target/classes:harness/target/classes:kernels/target/classes:harness/target/lib/*"
for round in $(seq "$rounds"); do
  java -Xmx1g -cp "$classpath" io.github.lrfbench.benchmarks.model.BertTrainingStep cpu "$threads" 8 128 5
  "${PYTHON:-python3}" -W ignore benchmarks/peers/train_step_torch.py --threads "$threads"
done
