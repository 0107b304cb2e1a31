// y[rows[i]] = x[i].
//
// x [count, cols], y [table_rows, cols] with strides; rows I32 [count], all different.
// VECTOR elements a thread. Grid: enough blocks of any size for count * cols / VECTOR threads.
// Shared memory: none.
// The host has checked the indices; a graph that is replayed with others writes no rows outside.

#include "prelude.cuh"

extern "C" __global__ void scatter_rows(
    const elem* x, long long x_stride, const int* rows, elem* y, long long y_stride, int count,
    int cols, int table_rows) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(count, cols, row, col)) {
    return;
  }
  int target = rows[row];
  if (target >= 0 && target < table_rows) {
    acc v[VECTOR];
    load(x + row * x_stride + col, v);
    store(y + target * y_stride + col, v);
  }
}
