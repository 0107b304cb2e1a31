// y = x with every row transposed for itself, from [first, second] to [second, first].
//
// x, y [rows, first * second] with strides.
// An element of y a thread: a block reads from so few rows that its scattered reads hit the cache.
// Grid: enough blocks of any size for all elements. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void swap_axes(
    const elem* x, long long x_stride, elem* y, long long y_stride, int rows, int first,
    int second) {
  unsigned row;
  unsigned col;
  if (!find_elements<1>(rows, first * second, row, col)) {
    return;
  }
  unsigned j = col / first;
  unsigned i = col - j * first;
  y[row * y_stride + col] = x[row * x_stride + i * second + j];
}
