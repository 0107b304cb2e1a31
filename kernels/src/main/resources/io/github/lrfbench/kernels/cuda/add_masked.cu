// Adds dy[i, j] to the next of the values where bit j of row i of the mask is set.
//
// dy [rows, cols] of float or double with stride; mask, starts and the order of the values as in
// unmask.cu, which this is the backward pass of. A warp a row, a lane a column; each value belongs to one.
// Grid: enough blocks of whole warps for 32 * rows threads. Shared memory: none.

#include "prelude.cuh"

#include "mask.cuh"

extern "C" __global__ void add_masked(
    const elem* dy, long long dy_stride, const unsigned char* mask, long long mask_stride,
    const int* starts, elem* values, int rows, int cols) {
  int row = (int)(((long long)blockIdx.x * blockDim.x + threadIdx.x) / 32);
  unsigned lane = threadIdx.x % 32;
  if (row >= rows) {
    return;
  }
  const elem* source = dy + row * dy_stride;
  const unsigned char* bits = mask + row * mask_stride;
  elem* next = values + starts[row];
  for (int from = 0; from < cols; from += 32) {
    unsigned word = mask_word(bits, from, cols);
    if (word >> lane & 1) {
      next[__popc(word & ((1u << lane) - 1))] += source[from + lane];
    }
    next += __popc(word);
  }
}
