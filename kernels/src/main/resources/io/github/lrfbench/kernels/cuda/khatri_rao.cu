// y = the Khatri-Rao product of a and b: row i of a times row j of b, element by element, is row
// i * b_rows + j.
//
// a [rows / b_rows, cols], b [b_rows, cols], y [rows, cols] with strides.
// VECTOR elements a thread. Grid: enough blocks of any size for rows * cols / VECTOR threads.
// Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void khatri_rao(
    const elem* a, long long a_stride, const elem* b, long long b_stride, elem* y,
    long long y_stride, int rows, int cols, int b_rows) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  unsigned i = row / b_rows;
  unsigned j = row - i * b_rows;
  acc v[VECTOR];
  acc w[VECTOR];
  load(a + i * a_stride + col, v);
  load(b + j * b_stride + col, w);
#pragma unroll
  for (int k = 0; k < VECTOR; k++) {
    w[k] *= v[k];
  }
  store(y + row * y_stride + col, w);
}
