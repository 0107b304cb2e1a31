// x = 0, whatever x holds.
//
// x [rows, cols] with stride.
// VECTOR elements a thread. Grid: enough blocks of any size for rows * cols / VECTOR threads.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void clear(
    elem* x, long long stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc zero[VECTOR] = {};
  store(x + row * stride + col, zero);
}
