// y[i, j] = scales[i, g] * (codes[i, j] - zeros[i, g]) with g = j / group.
//
// codes [rows, cols] of signed bytes where BITS is 8, [rows, cols * BITS / 8 rounded up] of a row's
// codes one after the other, from the lowest bit of a byte on, where it is less, with a stride in
// bytes; scales and zeros [rows, cols / group rounded up] of float with a stride, which is 0 of a single
// number for all rows, zeros may be null for the middle of the codes; y [rows, cols] with stride. VECTOR elements a thread, which is 1 or even. Grid: enough
// blocks of any size for rows * cols / VECTOR threads. Shared memory: none.

#include "prelude.cuh"

#include "codes.cuh"

template <>
struct word<1> {
  typedef unsigned char type;
};

#define MIDDLE (BITS == 8 ? 0 : 1 << (BITS - 1))

// Codes of BITS bits from column col of a row on.
__device__ void read_codes(const unsigned char* row, unsigned col, int (&codes)[VECTOR]) {
#if BITS == 8 || BITS == 4
  vector<unsigned char, (VECTOR * BITS + 7) / 8> bytes;
  const unsigned char* source = row + (BITS == 8 ? col : col / 2);
#pragma unroll
  for (int i = 0; i < bytes.ACCESSES; i++) {
    bytes.raw[i] = ((const decltype(bytes)::access*)source)[i];
  }
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    codes[j] = BITS == 8 ? (signed char)bytes.at[j] : bytes.at[j / 2] >> (col + j) % 2 * 4 & 15;
  }
#else
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    codes[j] = packed_code(row, col + j);
  }
#endif
}

extern "C" __global__ void dequantize(
    const unsigned char* codes, long long codes_stride, const float* scales, const float* zeros,
    long long constants_stride, int group, elem* y, long long y_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  int own[VECTOR];
  read_codes(codes + row * codes_stride, col, own);
  unsigned first = col / group;
  unsigned left = group - (col - first * group);
  long long at = row * constants_stride + first;
  acc scale = scales[at];
  acc zero = zeros == 0 ? MIDDLE : zeros[at];
  acc v[VECTOR];
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    v[j] = scale * (acc(own[j]) - zero);
    left--;
    if (left == 0 && j + 1 < VECTOR) {
      at++;
      left = group;
      scale = scales[at];
      zero = zeros == 0 ? MIDDLE : zeros[at];
    }
  }
  store(y + row * y_stride + col, v);
}
