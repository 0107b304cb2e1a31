// Multiplies row i by factors[i], or column j by factors[j], in place.
//
// x [rows, cols] with stride; factors F64 [rows] or [cols].
// Grid: enough blocks of any size for rows * cols threads. Shared memory: none.

#include "prelude.cuh"

__device__ __forceinline__ void scale(
    elem* x, long long stride, const double* factors, int rows, int cols, bool by_row) {
  unsigned row;
  unsigned col;
  if (!find_elements<1>(rows, cols, row, col)) {
    return;
  }
  elem* at = x + row * stride + col;
  *at = narrow<elem>(acc(widen(*at) * factors[by_row ? row : col]));
}

extern "C" __global__ void scale_rows(
    elem* x, long long stride, const double* factors, int rows, int cols) {
  scale(x, stride, factors, rows, cols, true);
}

extern "C" __global__ void scale_columns(
    elem* x, long long stride, const double* factors, int rows, int cols) {
  scale(x, stride, factors, rows, cols, false);
}
