package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.kernels.Shape;

/**
 * Where a safetensors file keeps a tensor.
 *
 * @param begin first byte, counted from the end of the header
 * @param end the byte after the last
 */
record StoredTensor(String name, StoredType type, Shape shape, long begin, long end) {}
