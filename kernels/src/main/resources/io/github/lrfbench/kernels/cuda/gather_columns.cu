// y[t, i] = x[t, columns[i]], or 0 where that is -1.
//
// x [rows, width] and y [rows, cols] with strides, columns [cols].
// An element of y a thread: writes are consecutive, and reads of a row stay within its cache lines.
// What is outside x becomes 0: the host has found and reported it.
// Grid: enough blocks of any size for all elements. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void gather_columns(
    const elem* x, long long x_stride, const int* columns, elem* y, long long y_stride, int rows,
    int cols, int width) {
  unsigned row;
  unsigned col;
  if (!find_elements<1>(rows, cols, row, col)) {
    return;
  }
  unsigned from = columns[col];
  elem zero = {};
  y[row * y_stride + col] = from < (unsigned)width ? x[row * x_stride + from] : zero;
}
