// Sets the strict upper triangle of a square matrix to zero.
//
// x [n, n] with stride, row-major. Grid: enough blocks of any size for n * n threads.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void zero_upper(elem* x, long long stride, int n) {
  unsigned row;
  unsigned col;
  if (find_elements<1>(n, n, row, col) && col > row) {
    x[row * stride + col] = narrow<elem>(acc(0));
  }
}
