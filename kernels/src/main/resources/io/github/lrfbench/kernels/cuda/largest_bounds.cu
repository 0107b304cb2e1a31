// bounds[i] = the smallest of the count largest elements of x[i, :].
//
// x [rows, cols] with stride; count from 1 to cols; bounds [rows].
// Digits of eight bits are counted from the highest on, of the keys and then, among equal ones, of
// the columns, until all elements with the digits found so far are among the largest.
// Grid: a block a row. Shared memory: static, a count for each digit.

#include "prelude.cuh"
#include "largest.cuh"

#define KEY_DIGITS int(sizeof(acc))
#define COLUMN_DIGITS 4

// The digits of an element from the highest to one of a place, in the lower bits of two numbers.
struct digits {
  unsigned long long key;
  unsigned column;
};

__device__ __forceinline__ digits leading(unsigned long long key, unsigned column, int places) {
  digits d;
  if (places <= KEY_DIGITS) {
    d.key = places == 0 ? 0 : key >> 8 * (KEY_DIGITS - places);
    d.column = 0;
  } else {
    d.key = key;
    // Columns from the left are larger.
    d.column = ~column >> 8 * (KEY_DIGITS + COLUMN_DIGITS - places);
  }
  return d;
}

extern "C" __global__ void largest_bounds(
    const elem* x, long long stride, int count, bound* bounds, int cols) {
  __shared__ int counts[256];
  __shared__ digits found;
  __shared__ int left;
  __shared__ int all;
  x += blockIdx.x * stride;
  if (threadIdx.x == 0) {
    found.key = 0;
    found.column = 0;
    left = count;
    all = 0;
  }
  int place = 0;
  while (true) {
    for (int i = threadIdx.x; i < 256; i += blockDim.x) {
      counts[i] = 0;
    }
    __syncthreads();
    if (all || place == KEY_DIGITS + COLUMN_DIGITS) {
      break;
    }
    for (int col = threadIdx.x; col < cols; col += blockDim.x) {
      unsigned long long key = order_key(acc(widen(x[col])));
      digits before = leading(key, col, place);
      if (before.key == found.key && before.column == found.column) {
        digits with = leading(key, col, place + 1);
        atomicAdd(counts + (place < KEY_DIGITS ? with.key & 255 : with.column & 255), 1);
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      int digit = 255;
      while (counts[digit] < left) {
        left -= counts[digit];
        digit--;
      }
      all = counts[digit] == left;
      if (place < KEY_DIGITS) {
        found.key = found.key << 8 | digit;
      } else {
        found.column = found.column << 8 | digit;
      }
    }
    place++;
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    bound b;
    b.unused = 0;
    if (place <= KEY_DIGITS) {
      b.key = found.key << 8 * (KEY_DIGITS - place);
      b.last = cols - 1;
    } else {
      b.key = found.key;
      b.last = (int)~(found.column << 8 * (KEY_DIGITS + COLUMN_DIGITS - place));
    }
    bounds[blockIdx.x] = b;
  }
}
