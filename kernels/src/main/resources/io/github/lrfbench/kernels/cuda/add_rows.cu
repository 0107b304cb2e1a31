// dx[rows[i]] += dy[i]: the backward pass of taking rows.
//
// dy [count, cols], dx [table_rows, cols] of float or double with strides; rows I32 [count], which
// may repeat, so that the additions are atomic and their order is not fixed.
// VECTOR is 1. Grid: enough blocks of any size for count * cols threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void add_rows(
    const elem* dy, long long dy_stride, const int* rows, elem* dx, long long dx_stride, int count,
    int cols, int table_rows) {
  unsigned row;
  unsigned col;
  if (!find_elements<1>(count, cols, row, col)) {
    return;
  }
  int target = rows[row];
  if (target >= 0 && target < table_rows) {
    atomicAdd(dx + target * dx_stride + col, dy[row * dy_stride + col]);
  }
}
