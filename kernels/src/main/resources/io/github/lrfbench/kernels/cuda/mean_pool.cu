// The mean of the rows of every sequence.
//
// x [rows, cols] with stride; offsets I32 [sequences + 1]; y [sequences, cols] with stride.
// VECTOR elements a thread. Grid: (cols / VECTOR / 32 rounded up, sequences), blocks of 256 threads.
// Shared memory: static, 8 x 32 x VECTOR sums.
// The 8 warps of a block take every eighth row, each with neighbouring lanes on neighbouring
// columns, so that 8 loads are under way for each column.

#include "prelude.cuh"

extern "C" __global__ void mean_pool(
    const elem* x, long long x_stride, const int* offsets, elem* y, long long y_stride, int rows,
    int cols) {
  __shared__ acc sums[8][VECTOR][32];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int from = max(offsets[blockIdx.y], 0);
  int to = min(offsets[blockIdx.y + 1], rows);
  int col = (blockIdx.x * 32 + lane) * VECTOR;
  acc sum[VECTOR] = {};
  if (col < cols) {
    for (int row = from + warp; row < to; row += 8) {
      acc v[VECTOR];
      load(x + row * x_stride + col, v);
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        sum[j] += v[j];
      }
    }
  }
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    sums[warp][j][lane] = sum[j];
  }
  __syncthreads();
  if (warp == 0 && col < cols) {
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      for (int k = 1; k < 8; k++) {
        sum[j] += sums[k][j][lane];
      }
      sum[j] /= to - from;
    }
    store(y + blockIdx.y * y_stride + col, sum);
  }
}
