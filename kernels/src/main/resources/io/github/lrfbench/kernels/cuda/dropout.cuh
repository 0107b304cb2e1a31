// Which elements dropout keeps: a function of a seed and of an element's number, as in ops.Dropout.

#include "prelude.cuh"

// The finalizer of MurmurHash3.
__device__ __forceinline__ unsigned mix(unsigned h) {
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  return h ^ h >> 16;
}

// 0 or 1 / (1 - rate).
__device__ __forceinline__ float dropout_factor(long long index, float rate, long long seed) {
  unsigned high = (unsigned)(index >> 32) ^ (unsigned)seed;
  unsigned hash = mix((unsigned)index ^ mix(high) ^ (unsigned)(seed >> 32));
  return (hash >> 8) * 5.9604644775390625e-8f < rate ? 0.0f : (float)(1.0 / (1.0 - (double)rate));
}
