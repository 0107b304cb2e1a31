// x = activation(x + bias), in place (Hendrycks and Gimpel 2016 for gelu).
//
// x [rows, cols] with stride; bias [cols] or null. VECTOR elements a thread; ACTIVATION.
// Grid: enough blocks of any size for rows * cols / VECTOR threads. Shared memory: none.
// Bound by memory: one 16-byte load and store a thread, neighbours side by side; the bias comes
// from the first-level cache.

#include "prelude.cuh"

extern "C" __global__ void bias_activation(
    elem* x, long long stride, const elem* bias, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc v[VECTOR];
  load(x + row * stride + col, v);
  if (bias) {
    acc b[VECTOR];
    load(bias + col, b);
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      v[j] += b[j];
    }
  }
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    v[j] = activate<ACTIVATION>(v[j]);
  }
  store(x + row * stride + col, v);
}
