/**
 * Megatron's tensor parallelism (Shoeybi et al. 2019), simulated in one process: every shard's part
 * of a model is built and run, and what shards would send each other is counted.
 */
package io.github.lrfbench.harness.tensorparallel;
