// kept = x + residual + bias, y = layerNorm(kept) * gamma + beta over each row (Ba et al. 2016).
//
// x, residual, kept, y [rows, cols] with strides, y or kept may be x or residual; bias, gamma, beta
// [cols]; residual, bias and kept may be null. VECTOR elements an access, VECTORS accesses a thread.
// Grid: a block of whole warps a row, with blockDim * VECTOR * VECTORS >= cols
// and at most BOUND threads.
// Shared memory: static, one value a warp.
// The row stays in registers, so that memory is read and written once; mean and variance are taken
// one after the other, which keeps the digits of rows far from zero. Up to 1024 16-bit elements
// one warp does a row by shuffles alone, without a barrier; gamma and beta are under way meanwhile.

#include "prelude.cuh"

extern "C" __global__ void __launch_bounds__(BOUND) layer_norm(
    const elem* x, long long x_stride, const elem* bias, const elem* residual,
    long long residual_stride, const elem* gamma, const elem* beta, double eps, elem* kept,
    long long kept_stride, elem* y, long long y_stride, int cols) {
  __shared__ acc sums[2][32];
  long long row = blockIdx.x;
  x += row * x_stride;
  y += row * y_stride;
  if (residual) {
    residual += row * residual_stride;
  }
  acc v[VECTORS][VECTOR];
  acc sum = 0;
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < cols) {
      load(x + col, v[k]);
      if (residual) {
        acc r[VECTOR];
        load(residual + col, r);
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
          v[k][j] += r[j];
        }
      }
      if (bias) {
        acc b[VECTOR];
        load(bias + col, b);
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
          v[k][j] += b[j];
        }
      }
      if (kept) {
        store(kept + row * kept_stride + col, v[k]);
      }
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        sum += v[k][j];
      }
    }
  }
  acc mean = block_sum(sum, sums[0]) / cols;
  acc squares = 0;
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < cols) {
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        v[k][j] -= mean;
        squares += v[k][j] * v[k][j];
      }
    }
  }
  acc factor = acc(1) / square_root(block_sum(squares, sums[1]) / cols + acc(eps));
#pragma unroll
  for (int k = 0; k < VECTORS; k++) {
    int col = (k * blockDim.x + threadIdx.x) * VECTOR;
    if (col < cols) {
      acc g[VECTOR];
      acc b[VECTOR];
      load(gamma + col, g);
      load(beta + col, b);
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        v[k][j] = v[k][j] * factor * g[j] + b[j];
      }
      store(y + col, v[k]);
    }
  }
}
