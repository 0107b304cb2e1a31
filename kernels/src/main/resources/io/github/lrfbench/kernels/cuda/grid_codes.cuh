// Codes of BITS bits that count steps of a scale from a zero point, VECTOR of them at once: signed bytes where
// BITS is 8, else as codes.cuh reads them.

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

// The numbers that codes from column col of a row on stand for: scale * (code - zero), those of the
// group at which the row's begin being scales[at], where zeros may be null for the middle of the codes.
__device__ __forceinline__ void expand_codes(
    const unsigned char* row, const float* scales, const float* zeros, long long at, int group,
    unsigned col, acc (&v)[VECTOR]) {
  int own[VECTOR];
  read_codes(row, col, own);
  unsigned first = col / group;
  unsigned left = group - (col - first * group);
  at += first;
  acc scale = scales[at];
  acc zero = zeros == 0 ? MIDDLE : zeros[at];
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
}
