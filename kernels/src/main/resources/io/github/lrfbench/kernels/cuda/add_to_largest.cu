// y[i, j] += sum_k x[i, k] w[j, k] where y[i, j] is one of the largest of its row.
//
// x [rows, inner], w [cols, inner], y [rows, cols], each with stride; bounds [rows], from
// largest_bounds. A warp looks at 32 columns and computes the products of those that are chosen,
// one after the other: as these are few, about as many in every warp.
// Grid: for every row enough blocks of whole warps for its columns. Shared memory: none.

#include "prelude.cuh"
#include "largest.cuh"

extern "C" __global__ void add_to_largest(
    const elem* x, long long x_stride, const elem* w, long long w_stride, int inner,
    const bound* bounds, elem* y, long long y_stride, int cols) {
  unsigned parts = (cols + blockDim.x - 1) / blockDim.x;
  unsigned row = blockIdx.x / parts;
  int col = (blockIdx.x - row * parts) * blockDim.x + threadIdx.x;
  int lane = threadIdx.x % 32;
  bound b = bounds[row];
  x += row * x_stride;
  y += row * y_stride;
  acc value = 0;
  bool chosen = false;
  if (col < cols) {
    value = widen(y[col]);
    unsigned long long key = order_key(value);
    chosen = key > b.key || (key == b.key && col <= b.last);
  }
  unsigned waiting = __ballot_sync(0xffffffffu, chosen);
  while (waiting != 0) {
    int source = __ffs(waiting) - 1;
    waiting &= waiting - 1;
    const elem* other = w + (col - lane + source) * w_stride;
    acc sum = 0;
    for (int k = lane; k < inner; k += 32) {
      sum += acc(widen(x[k])) * acc(widen(other[k]));
    }
    sum = lanes_sum<32>(sum);
    if (lane == source) {
      y[col] = narrow<elem>(value + sum);
    }
  }
}
