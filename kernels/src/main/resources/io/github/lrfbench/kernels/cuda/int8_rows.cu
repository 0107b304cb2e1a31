// codes[i, j] = x[i, j] / steps[i] as the nearest whole number, ties to the even one, with
// steps[i] = max over j of |x[i, j]| / 127.
//
// x [rows, cols] with stride; mask null, or bits of the columns that count as 0, as outlier_columns
// finds them; codes [rows, cols / 4 rounded up] of four signed bytes each, the first in the lowest bits,
// with zeros after the last column; steps [rows]. A row whose magnitudes are below 1e-36 counts as 0, and the
// step of one with NaN is NaN. Grid: a warp of a block of 256 threads to a row. Shared memory: none.

#include "prelude.cuh"

#include "int8.cuh"

// The number in a column, 0 if it does not count.
__device__ __forceinline__ float counted(const elem* row, const unsigned* mask, int col, int cols) {
  return col < cols && !is_masked(mask, col) ? widen(row[col]) : 0.0f;
}

extern "C" __global__ void int8_rows(
    const elem* x, long long stride, const unsigned* mask, int* codes, float* steps, int rows,
    int cols) {
  unsigned lane = threadIdx.x % 32;
  long long row = (long long)blockIdx.x * 8 + threadIdx.x / 32;
  if (row >= rows) {
    return;
  }
  x += row * stride;
  // By their bits, of which those of NaN are the largest.
  unsigned largest = 0;
  for (int col = lane; col < cols; col += 32) {
    largest = max(largest, __float_as_uint(fabsf(counted(x, mask, col, cols))));
  }
  float magnitude = __uint_as_float(lanes_max<32>(largest));
  bool small = magnitude < 1e-36f;
  float factor = small ? 0.0f : __fdiv_rn(127.0f, magnitude);
  int words = (cols + 3) / 4;
  for (int word = lane; word < words; word += 32) {
    unsigned packed = 0;
#pragma unroll
    for (int j = 0; j < 4; j++) {
      float steps_of = __fmul_rn(counted(x, mask, 4 * word + j, cols), factor);
      // The sum of 1.5 * 2^23 has the nearest whole number in its low bits.
      packed |= (__float_as_uint(__fadd_rn(steps_of, 12582912.0f)) & 255) << 8 * j;
    }
    codes[row * words + word] = (int)packed;
  }
  if (lane == 0) {
    steps[row] = small ? 0.0f : __fdiv_rn(magnitude, 127.0f);
  }
}
