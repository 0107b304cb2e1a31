// y[i, j] is the next of the values where bit j of row i of the mask is set, else 0.
//
// mask [rows, cols / 8 rounded up] of bytes, with a stride in bytes; starts [rows] says where the values
// of a row begin; y [rows, cols] with stride. A warp a row, a lane a column: how many bits are set below
// a lane's own tells which value is its.
// Grid: enough blocks of whole warps for 32 * rows threads. Shared memory: none.

#include "prelude.cuh"

#include "mask.cuh"

extern "C" __global__ void unmask(
    const unsigned char* mask, long long mask_stride, const int* starts, const elem* values, elem* y,
    long long y_stride, int rows, int cols) {
  int row = (int)(((long long)blockIdx.x * blockDim.x + threadIdx.x) / 32);
  unsigned lane = threadIdx.x % 32;
  if (row >= rows) {
    return;
  }
  const unsigned char* bits = mask + row * mask_stride;
  const elem* next = values + starts[row];
  elem* target = y + row * y_stride;
  elem zero = {};
  for (int from = 0; from < cols; from += 32) {
    unsigned word = mask_word(bits, from, cols);
    int col = from + lane;
    if (col < cols) {
      target[col] = word >> lane & 1 ? next[__popc(word & ((1u << lane) - 1))] : zero;
    }
    next += __popc(word);
  }
}
