// The backward pass of layer norm: with s = x + residual + bias, z = (s - mean) / sigma and
// g = dy gamma: ds = (g - mean(g) - z mean(g z)) / sigma; dgamma += sum of dy z, dbeta += sum of dy.
//
// x, residual, dy, ds [rows, cols] with strides, ds may be dy; bias, gamma, dgamma, dbeta [cols];
// residual and bias may be null; statistics acc [rows][2]: mean and 1 / sigma of each row.
//
// layer_norm_statistics: grid rows, blocks of 256 threads.
// layer_norm_columns: grid cols / 32 rounded up, blocks of 256 threads; static shared memory; sums
//   in the same order at each run. Before the next, which may overwrite dy.
// layer_norm_gradient: grid rows, blocks of 256 threads.
// Rows are read again rather than kept: training spends its time in the products.

#include "prelude.cuh"

__device__ __forceinline__ acc summed(
    const elem* x, long long x_at, const elem* bias, const elem* residual, long long r_at,
    int col) {
  acc s = widen(x[x_at + col]);
  if (residual) {
    s += widen(residual[r_at + col]);
  }
  if (bias) {
    s += widen(bias[col]);
  }
  return s;
}

extern "C" __global__ void layer_norm_statistics(
    const elem* x, long long x_stride, const elem* bias, const elem* residual,
    long long residual_stride, double eps, acc* statistics, int cols) {
  __shared__ acc sums[2][32];
  long long row = blockIdx.x;
  acc sum = 0;
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    sum += summed(x, row * x_stride, bias, residual, row * residual_stride, col);
  }
  acc mean = block_sum(sum, sums[0]) / cols;
  acc squares = 0;
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    acc d = summed(x, row * x_stride, bias, residual, row * residual_stride, col) - mean;
    squares += d * d;
  }
  acc variance = block_sum(squares, sums[1]) / cols;
  if (threadIdx.x == 0) {
    statistics[2 * row] = mean;
    statistics[2 * row + 1] = acc(1) / square_root(variance + acc(eps));
  }
}

extern "C" __global__ void layer_norm_columns(
    const elem* x, long long x_stride, const elem* bias, const elem* residual,
    long long residual_stride, const acc* statistics, const elem* dy, long long dy_stride,
    elem* dgamma, elem* dbeta, int rows, int cols) {
  __shared__ acc parts[2][8][32];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int col = blockIdx.x * 32 + lane;
  acc scale = 0;
  acc shift = 0;
  if (col < cols) {
    for (long long row = warp; row < rows; row += 8) {
      acc s = summed(x, row * x_stride, bias, residual, row * residual_stride, col);
      acc d = widen(dy[row * dy_stride + col]);
      scale += d * (s - statistics[2 * row]) * statistics[2 * row + 1];
      shift += d;
    }
  }
  parts[0][warp][lane] = scale;
  parts[1][warp][lane] = shift;
  __syncthreads();
  if (warp == 0 && col < cols) {
    for (int k = 1; k < 8; k++) {
      scale += parts[0][k][lane];
      shift += parts[1][k][lane];
    }
    dgamma[col] = narrow<elem>(widen(dgamma[col]) + scale);
    dbeta[col] = narrow<elem>(widen(dbeta[col]) + shift);
  }
}

extern "C" __global__ void layer_norm_gradient(
    const elem* x, long long x_stride, const elem* bias, const elem* residual,
    long long residual_stride, const acc* statistics, const elem* gamma, const elem* dy,
    long long dy_stride, elem* ds, long long ds_stride, int cols) {
  __shared__ acc sums[2][32];
  long long row = blockIdx.x;
  acc mean = statistics[2 * row];
  acc factor = statistics[2 * row + 1];
  acc g_sum = 0;
  acc gz_sum = 0;
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    acc s = summed(x, row * x_stride, bias, residual, row * residual_stride, col);
    acc g = widen(dy[row * dy_stride + col]) * widen(gamma[col]);
    g_sum += g;
    gz_sum += g * (s - mean) * factor;
  }
  acc g_mean = block_sum(g_sum, sums[0]) / cols;
  acc gz_mean = block_sum(gz_sum, sums[1]) / cols;
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    acc s = summed(x, row * x_stride, bias, residual, row * residual_stride, col);
    acc g = widen(dy[row * dy_stride + col]) * widen(gamma[col]);
    acc z = (s - mean) * factor;
    ds[row * ds_stride + col] = narrow<elem>((g - g_mean - z * gz_mean) * factor);
  }
}
