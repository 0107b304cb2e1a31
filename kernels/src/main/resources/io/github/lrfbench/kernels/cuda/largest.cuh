// The order in which elements of a row are the largest: by their values, NaN before any number, and
// of equal ones by their columns from the left.

// The smallest of the largest of a row: an element is one of them if its key is larger, or if it is
// equal and its column is not behind the last.
struct bound {
  unsigned long long key;
  int last;
  int unused;
};

__device__ __forceinline__ unsigned long long order_key(float x) {
  if (x != x) {
    return 0xffffffffu;
  }
  unsigned bits = __float_as_uint(x + 0.0f);
  return bits >> 31 != 0 ? ~bits : bits | 0x80000000u;
}

__device__ __forceinline__ unsigned long long order_key(double x) {
  if (x != x) {
    return ~0ull;
  }
  unsigned long long bits = (unsigned long long)__double_as_longlong(x + 0.0);
  return bits >> 63 != 0 ? ~bits : bits | 0x8000000000000000ull;
}
