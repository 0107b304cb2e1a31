// dx = dy activation'(x), element by element.
//
// x, dy, dx [rows, cols] with strides; dx may be dy.
// VECTOR elements a thread; ACTIVATION. Grid: enough blocks of any size for rows * cols / VECTOR threads.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void activation_gradient(
    const elem* x, long long x_stride, const elem* dy, long long dy_stride, elem* dx,
    long long dx_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc v[VECTOR];
  acc d[VECTOR];
  load(x + row * x_stride + col, v);
  load(dy + row * dy_stride + col, d);
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    d[j] *= activation_slope<ACTIVATION>(v[j]);
  }
  store(dx + row * dx_stride + col, d);
}
