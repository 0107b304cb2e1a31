/** Latency of whole models, dense and low-rank. */
package io.github.lrfbench.benchmarks.model;
