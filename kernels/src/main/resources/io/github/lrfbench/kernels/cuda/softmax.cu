// x = softmax(scale x) over the first valid[row] columns of each row; the others become 0.
//
// x [rows, cols] with stride, in place; valid I32 [rows] or null for all columns.
// VECTOR elements an access, VECTORS accesses a thread.
// Grid: a block of whole warps a row, with blockDim * VECTOR * VECTORS >= cols
// and at most BOUND threads.
// Shared memory: static, one value a warp. The row stays in registers.

#include "prelude.cuh"

extern "C" __global__ void __launch_bounds__(BOUND) softmax(
    elem* x, long long stride, double scale, const int* valid, int cols) {
  __shared__ acc scratch[2][32];
  long long row = blockIdx.x;
  x += row * stride;
  int count = valid ? min(max(valid[row], 0), cols) : cols;
  acc v[VECTORS][VECTOR];
  acc largest = negative_infinity(acc(0));
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < count) {
      load(x + col, v[k]);
    }
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      v[k][j] = col + j < count ? v[k][j] * acc(scale) : negative_infinity(acc(0));
      largest = larger(largest, v[k][j]);
    }
  }
  largest = block_max(largest, scratch[0]);
  acc sum = 0;
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      v[k][j] = col + j < count ? exponential(v[k][j] - largest) : acc(0);
      sum += v[k][j];
    }
  }
  sum = block_sum(sum, scratch[1]);
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < cols) {
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        v[k][j] = col + j < count ? v[k][j] / sum : acc(0);
      }
      store(x + col, v[k]);
    }
  }
}
