// y = softmax(scale q k^T) v of one query of each sequence, over keys and values in a cache.
//
// q, y [sequences, heads * size] with strides; keys, values [cache_rows, heads * size] with
// strides; rows I32 [sequences, capacity]: where a sequence's tokens are; lengths I32 [sequences].
// VECTOR elements an access, a divisor of size, which is at most 32 * VECTOR * CHUNKS.
// Grid: (heads, sequences), blocks of WARPS warps.
// Shared memory: dynamic, acc [capacity] scores and acc [WARPS][size] partial sums.
// A warp takes every WARPS-th token: its lanes share out the columns. The host has checked lengths
// and rows; a graph that is replayed with others reads nothing outside.

#include "prelude.cuh"

extern "C" __global__ void cached_attention(
    const elem* q, long long q_stride, const elem* keys, long long key_stride, const elem* values,
    long long value_stride, int cache_rows, const int* rows, int capacity, const int* lengths,
    elem* y, long long y_stride, int size, double scale) {
  extern __shared__ __align__(16) unsigned char memory[];
  __shared__ acc scratch[2][32];
  acc* scores = (acc*)memory;
  acc* partial = scores + capacity;

  int left = blockIdx.x * size;
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int length = min(max(lengths[blockIdx.y], 0), capacity);
  rows += (long long)blockIdx.y * capacity;

  acc query[CHUNKS][VECTOR];
#pragma unroll
  for (int c = 0; c < CHUNKS; c++) {
    int col = (c * 32 + lane) * VECTOR;
    if (col < size) {
      load(q + blockIdx.y * q_stride + left + col, query[c]);
    }
  }
  for (int t = warp; t < length; t += WARPS) {
    int row = min(max(rows[t], 0), cache_rows - 1);
    acc dot = 0;
#pragma unroll
    for (int c = 0; c < CHUNKS; c++) {
      int col = (c * 32 + lane) * VECTOR;
      if (col < size) {
        acc key[VECTOR];
        load(keys + row * key_stride + left + col, key);
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
          dot += query[c][j] * key[j];
        }
      }
    }
    dot = lanes_sum<32>(dot);
    if (lane == 0) {
      scores[t] = dot * acc(scale);
    }
  }
  __syncthreads();

  acc largest = negative_infinity(acc(0));
  for (int t = threadIdx.x; t < length; t += blockDim.x) {
    largest = larger(largest, scores[t]);
  }
  largest = block_max(largest, scratch[0]);
  acc sum = 0;
  for (int t = threadIdx.x; t < length; t += blockDim.x) {
    acc p = exponential(scores[t] - largest);
    scores[t] = p;
    sum += p;
  }
  sum = block_sum(sum, scratch[1]);
  __syncthreads();

  acc out[CHUNKS][VECTOR] = {};
  for (int t = warp; t < length; t += WARPS) {
    int row = min(max(rows[t], 0), cache_rows - 1);
    acc p = scores[t];
#pragma unroll
    for (int c = 0; c < CHUNKS; c++) {
      int col = (c * 32 + lane) * VECTOR;
      if (col < size) {
        acc value[VECTOR];
        load(values + row * value_stride + left + col, value);
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
          out[c][j] += p * value[j];
        }
      }
    }
  }
#pragma unroll
  for (int c = 0; c < CHUNKS; c++) {
    int col = (c * 32 + lane) * VECTOR;
    if (col < size) {
#pragma unroll
      for (int j = 0; j < VECTOR; j++) {
        partial[warp * size + col + j] = out[c][j];
      }
    }
  }
  __syncthreads();
  for (int col = threadIdx.x; col < size; col += blockDim.x) {
    acc total = 0;
#pragma unroll
    for (int w = 0; w < WARPS; w++) {
      total += partial[w * size + col];
    }
    y[blockIdx.y * y_stride + left + col] = narrow<elem>(total / sum);
  }
}
