// sums += the sum of the rows of x, in the same order at each run.
//
// x [rows, cols] with stride; sums [cols].
// Grid: cols / 32 rounded up, blocks of 256 threads. Shared memory: static, 8 x 32 sums.
// The 8 warps of a block take every eighth row, with neighbouring lanes on neighbouring columns.

#include "prelude.cuh"

extern "C" __global__ void column_sums(
    const elem* x, long long stride, elem* sums, int rows, int cols) {
  __shared__ acc parts[8][32];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int col = blockIdx.x * 32 + lane;
  acc sum = 0;
  if (col < cols) {
    for (int row = warp; row < rows; row += 8) {
      sum += widen(x[row * stride + col]);
    }
  }
  parts[warp][lane] = sum;
  __syncthreads();
  if (warp == 0 && col < cols) {
    for (int k = 1; k < 8; k++) {
      sum += parts[k][lane];
    }
    sums[col] = narrow<elem>(widen(sums[col]) + sum);
  }
}
