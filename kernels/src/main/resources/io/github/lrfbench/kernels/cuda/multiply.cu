// y *= x, element by element.
//
// x, y [rows, cols] with strides.
// VECTOR elements a thread. Grid: enough blocks of any size for rows * cols / VECTOR threads.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void multiply(
    const elem* x, long long x_stride, elem* y, long long y_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc v[VECTOR];
  acc w[VECTOR];
  load(x + row * x_stride + col, v);
  load(y + row * y_stride + col, w);
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    w[j] *= v[j];
  }
  store(y + row * y_stride + col, w);
}
