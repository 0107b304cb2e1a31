// The sum of squares in double precision, one part a block; the parts are added by the host.
//
// x [rows, cols] with stride; parts F64 [gridDim].
// Grid: any number of blocks of 256 threads; a warp takes whole rows, so that its lanes read
// neighbours. Shared memory: static, one value a warp.

#include "prelude.cuh"

extern "C" __global__ void squared_norm(
    const elem* x, long long stride, int rows, int cols, double* parts) {
  __shared__ double sums[32];
  int lane = threadIdx.x % 32;
  long long warps = (long long)gridDim.x * (blockDim.x / 32);
  double even = 0;
  double odd = 0;
  for (long long row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32; row < rows;
       row += warps) {
    const elem* at = x + row * stride;
    int col = lane;
    for (; col + 32 < cols; col += 64) {
      double a = widen(at[col]);
      double b = widen(at[col + 32]);
      even += a * a;
      odd += b * b;
    }
    if (col < cols) {
      double a = widen(at[col]);
      even += a * a;
    }
  }
  double sum = block_sum(even + odd, sums);
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = sum;
  }
}
