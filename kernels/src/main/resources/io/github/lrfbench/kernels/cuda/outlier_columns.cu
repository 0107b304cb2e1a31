// Bit j % 32 of mask[j / 32] is set where the magnitude of x[i, j] reaches the threshold in any row i.
//
// x [rows, cols] with stride; mask [cols / 32 rounded up], of zeros before. A lane a column, a warp some
// of the rows. Grid: for every 32 columns so many parts of blocks of 256 threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void outlier_columns(
    const elem* x, long long stride, float threshold, unsigned* mask, int rows, int cols, int parts) {
  unsigned word = blockIdx.x / parts;
  unsigned part = blockIdx.x - word * parts;
  unsigned lane = threadIdx.x % 32;
  unsigned col = word * 32 + lane;
  bool found = false;
  if (col < cols) {
    for (long long row = part * 8 + threadIdx.x / 32; row < rows; row += parts * 8) {
      found |= fabsf(widen(x[row * stride + col])) >= threshold;
    }
  }
  unsigned bits = __ballot_sync(0xffffffffu, found);
  if (lane == 0 && bits != 0) {
    atomicOr(mask + word, bits);
  }
}
