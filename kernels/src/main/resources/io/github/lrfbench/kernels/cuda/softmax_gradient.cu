// dx = scale y (dy - rowsum(dy y)): the backward pass of a softmax.
//
// y, dy, dx [rows, cols] with strides; dx may be dy. VECTOR elements an access, VECTORS accesses a
// thread. Grid: a block of whole warps a row, with blockDim * VECTOR * VECTORS >= cols
// and at most BOUND threads.
// Shared memory: static, one value a warp. The row stays in registers.

#include "prelude.cuh"

extern "C" __global__ void __launch_bounds__(BOUND) softmax_gradient(
    const elem* y, long long y_stride, double scale, const elem* dy, long long dy_stride, elem* dx,
    long long dx_stride, int cols) {
  __shared__ acc sums[32];
  long long row = blockIdx.x;
  acc p[VECTORS][VECTOR];
  acc d[VECTORS][VECTOR];
  acc sum = 0;
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < cols) {
      load(y + row * y_stride + col, p[k]);
      load(dy + row * dy_stride + col, d[k]);
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        sum += p[k][j] * d[k][j];
      }
    }
  }
  sum = block_sum(sum, sums);
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < cols) {
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        d[k][j] = acc(scale) * p[k][j] * (d[k][j] - sum);
      }
      store(dx + row * dx_stride + col, d[k]);
    }
  }
}
