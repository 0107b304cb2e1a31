// Columns of inputs that are left out of products in 8 bits, by their bits.

__device__ __forceinline__ bool is_masked(const unsigned* mask, int col) {
  return mask != 0 && (mask[col / 32] >> col % 32 & 1);
}
