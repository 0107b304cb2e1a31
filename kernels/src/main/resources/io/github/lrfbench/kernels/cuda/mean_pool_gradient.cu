// Every row of a sequence of dx gains the sequence's row of dy, divided by the sequence's length.
//
// dy [sequences, cols], dx [rows, cols] with strides; offsets I32 [sequences + 1].
// Grid: (cols / 32 rounded up, sequences), blocks of 256 threads: 8 rows of 32 columns at a time.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void mean_pool_gradient(
    const elem* dy, long long dy_stride, const int* offsets, elem* dx, long long dx_stride,
    int rows, int cols) {
  int from = max(offsets[blockIdx.y], 0);
  int to = min(offsets[blockIdx.y + 1], rows);
  int col = blockIdx.x * 32 + threadIdx.x % 32;
  if (col >= cols) {
    return;
  }
  acc share = widen(dy[blockIdx.y * dy_stride + col]) / (to - from);
  for (int row = from + threadIdx.x / 32; row < to; row += 8) {
    elem* at = dx + row * dx_stride + col;
    *at = narrow<elem>(widen(*at) + share);
  }
}
