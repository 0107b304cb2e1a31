// losses[i] = log sum_j exp(x[i, j]) - x[i, targets[i]]; 0 where the target is -1.
//
// x [rows, cols] with stride; targets I32 [rows]; losses [rows].
// VECTOR is 1. Grid: a block of whole warps a row. Shared memory: static, one value a warp.
// The row is read twice, for its maximum and for its sum; a vocabulary does not fit in registers.

#include "prelude.cuh"

extern "C" __global__ void cross_entropy(
    const elem* x, long long stride, const int* targets, elem* losses, int cols) {
  __shared__ acc scratch[2][32];
  long long row = blockIdx.x;
  x += row * stride;
  int target = targets[row];
  if (target < 0 || target >= cols) {
    if (threadIdx.x == 0) {
      losses[row] = narrow<elem>(target == -1 ? acc(0) : not_a_number(acc(0)));
    }
    return;
  }
  acc largest = negative_infinity(acc(0));
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    largest = larger(largest, acc(widen(x[col])));
  }
  largest = block_max(largest, scratch[0]);
  acc sum = 0;
  for (int col = threadIdx.x; col < cols; col += blockDim.x) {
    sum += full_exponential(acc(widen(x[col])) - largest);
  }
  sum = block_sum(sum, scratch[1]);
  if (threadIdx.x == 0) {
    losses[row] = narrow<elem>(largest - acc(widen(x[target])) + logarithm(sum));
  }
}
