/**
 * Hugging Face model directories: safetensors files and their shards, {@code config.json}, reading
 * and writing.
 */
package io.github.lrfbench.harness.checkpoint;
