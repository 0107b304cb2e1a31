/**
 * Hugging Face model directories: safetensors files, those of PyTorch, and their shards, {@code
 * config.json}, reading and writing.
 */
package io.github.lrfbench.harness.checkpoint;
