// The bits of 32 columns of a row of a mask, from the lowest bit of a byte on; none after the last column.

__device__ inline unsigned mask_word(const unsigned char* bits, int from, int cols) {
  unsigned word = 0;
  for (int b = 0; b < 4 && from + 8 * b < cols; b++) {
    word |= (unsigned)bits[from / 8 + b] << 8 * b;
  }
  return word;
}
