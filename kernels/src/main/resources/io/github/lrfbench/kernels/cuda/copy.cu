// y = x with conversion; ELEMENT is the type of x, TARGET that of y.
//
// x, y [rows, cols] with strides. VECTOR elements a thread.
// Grid: enough blocks of any size for rows * cols / VECTOR threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void copy(
    const elem* x, long long x_stride, TARGET* y, long long y_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc v[VECTOR];
  load(x + row * x_stride + col, v);
  store(y + row * y_stride + col, v);
}
