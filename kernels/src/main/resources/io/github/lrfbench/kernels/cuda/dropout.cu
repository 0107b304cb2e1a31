// y = x times dropout's factors (Srivastava et al. 2014); element (i, j) has number i cols + j.
//
// x, y [rows, cols] with strides; y may be x.
// VECTOR elements a thread. Grid: enough blocks of any size for rows * cols / VECTOR threads.
// Shared memory: none.

#include "dropout.cuh"

extern "C" __global__ void dropout(
    const elem* x, long long x_stride, elem* y, long long y_stride, int rows, int cols,
    double rate, long long seed) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc v[VECTOR];
  load(x + row * x_stride + col, v);
  long long first = (long long)row * cols + col;
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    v[j] *= dropout_factor(first + j, (float)rate, seed);
  }
  store(y + row * y_stride + col, v);
}
