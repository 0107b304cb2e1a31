// y[i, j] = tables[i / group, codes[i, j]].
//
// codes [rows, cols * BITS / 8 rounded up] of a row's codes one after the other, with a stride in bytes;
// tables [rows / group rounded up, 1 << BITS] of float; y [rows, cols] with stride. VECTOR elements a
// thread. Grid: enough blocks of any size for rows * cols / VECTOR threads. Shared memory: none.

#include "prelude.cuh"

#include "codes.cuh"

extern "C" __global__ void palette(
    const unsigned char* codes, long long codes_stride, const float* tables, int group, elem* y,
    long long y_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  const unsigned char* source = codes + row * codes_stride;
  const float* table = tables + ((long long)(row / group) << BITS);
  acc v[VECTOR];
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    v[j] = table[packed_code(source, col + j)];
  }
  store(y + row * y_stride + col, v);
}
