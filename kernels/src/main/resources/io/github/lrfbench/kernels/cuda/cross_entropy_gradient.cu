// dx[i, j] += dlosses[i] (softmax(x[i])[j] - (j == targets[i])); rows whose target is -1 stay.
//
// x, dx [rows, cols] of float or double with strides; targets I32 [rows]; dlosses [rows].
// VECTOR is 1. Grid: a block of whole warps a row. Shared memory: static, one value a warp.

#include "prelude.cuh"

extern "C" __global__ void cross_entropy_gradient(
    const elem* x, long long x_stride, const int* targets, const elem* dlosses, elem* dx,
    long long dx_stride, int cols) {
  __shared__ acc scratch[2][32];
  long long row = blockIdx.x;
  x += row * x_stride;
  dx += row * dx_stride;
  int target = targets[row];
  if (target < 0 || target >= cols) {
    return;
  }
  acc largest = negative_infinity(acc(0));
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    largest = larger(largest, x[col]);
  }
  largest = block_max(largest, scratch[0]);
  acc sum = 0;
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    sum += full_exponential(x[col] - largest);
  }
  sum = block_sum(sum, scratch[1]);
  acc slope = dlosses[row];
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    acc p = full_exponential(x[col] - largest) / sum;
    dx[col] += slope * (p - (col == target ? acc(1) : acc(0)));
  }
}
