// Codes of BITS bits, packed one after the other in the bytes of a row, from the lowest bit of a byte on.

__device__ inline int packed_code(const unsigned char* row, unsigned col) {
  long long bit = (long long)col * BITS;
  const unsigned char* source = row + bit / 8;
  int shift = bit % 8;
  int code = source[0];
  if (shift + BITS > 8) {
    code |= source[1] << 8;
  }
  return code >> shift & ((1 << BITS) - 1);
}
