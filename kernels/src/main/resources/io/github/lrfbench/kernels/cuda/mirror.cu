// Copies the upper triangle of a square matrix to the lower one.
//
// x [n, n] with stride, row-major: x[i][j] = x[j][i] for i > j.
// Grid: (n / 32 rounded up, the same), blocks of 256 threads. Shared memory: static, one tile of 32 x 33.
// Blocks below the diagonal have nothing to do; the others read a tile and write it transposed.

#include "prelude.cuh"

extern "C" __global__ void mirror(elem* x, long long stride, int n) {
  __shared__ elem tile[32][33];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int left = blockIdx.x * 32;
  int top = blockIdx.y * 32;
  if (top > left) {
    return;
  }
  for (int i = warp; i < 32; i += 8) {
    if (top + i < n && left + lane < n) {
      tile[i][lane] = x[(top + i) * stride + left + lane];
    }
  }
  __syncthreads();
  for (int i = warp; i < 32; i += 8) {
    int row = left + i;
    int col = top + lane;
    if (col < row && row < n) {
      x[row * stride + col] = tile[lane][i];
    }
  }
}
