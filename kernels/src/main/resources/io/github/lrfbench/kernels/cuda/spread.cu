// Copies parts of x's columns to the beginnings of as many parts of y's; zeros fill them up.
//
// x [rows, parts * narrow], y [rows, parts * wide = cols] with strides; narrow <= wide.
// VECTOR elements a thread, which divides narrow and wide. Grid: enough blocks of any size for
// rows * cols / VECTOR threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void spread(
    const elem* x, long long x_stride, elem* y, long long y_stride, int rows, int cols, int narrow,
    int wide) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  unsigned part = col / wide;
  unsigned place = col - part * wide;
  acc v[VECTOR] = {};
  if (place < narrow) {
    load(x + row * x_stride + part * narrow + place, v);
  }
  store(y + row * y_stride + col, v);
}
