// The sum of squares of every row in double precision.
//
// x [rows, cols] with stride; sums F64 [rows].
// Grid: a warp of a block of 256 threads to a row. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void row_squared_norms(
    const elem* x, long long stride, int rows, int cols, double* sums) {
  int lane = threadIdx.x % 32;
  long long row = (long long)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  double sum = 0;
  if (row < rows) {
    const elem* at = x + row * stride;
    for (int col = lane; col < cols; col += 32) {
      double a = widen(at[col]);
      sum += a * a;
    }
  }
  sum = lanes_sum<32>(sum);
  if (lane == 0 && row < rows) {
    sums[row] = sum;
  }
}
