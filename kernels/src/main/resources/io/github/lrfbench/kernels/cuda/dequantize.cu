// y[i, j] = scales[i, g] * (codes[i, j] - zeros[i, g]) with g = j / group.
//
// codes [rows, cols] of signed bytes where BITS is 8, [rows, cols * BITS / 8 rounded up] of a row's
// codes one after the other, from the lowest bit of a byte on, where it is less, with a stride in
// bytes; scales and zeros [rows, cols / group rounded up] of float with a stride, which is 0 of a single
// number for all rows, zeros may be null for the middle of the codes; y [rows, cols] with stride. VECTOR elements a thread, which is 1 or even. Grid: enough
// blocks of any size for rows * cols / VECTOR threads. Shared memory: none.

#include "prelude.cuh"

#include "codes.cuh"

#include "grid_codes.cuh"

extern "C" __global__ void dequantize(
    const unsigned char* codes, long long codes_stride, const float* scales, const float* zeros,
    long long constants_stride, int group, elem* y, long long y_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc v[VECTOR];
  expand_codes(
      codes + row * codes_stride, scales, zeros, row * constants_stride, group, col, v);
  store(y + row * y_stride + col, v);
}
