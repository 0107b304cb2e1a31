// Sets the strict upper triangle of a square matrix to zero.
//
// x [n, n] with stride, row-major. Grid: enough blocks of any size for n * n threads.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void zero_upper(elem* x, long long stride, int n) {
  unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  unsigned row = i / (unsigned)n;
  unsigned col = i - (unsigned long long)row * (unsigned)n;
  if (row < n && col > row) {
    x[row * stride + col] = narrow<elem>(acc(0));
  }
}
