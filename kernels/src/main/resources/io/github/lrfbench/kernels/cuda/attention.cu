// y = softmax(scale q k^T) v of every head within every sequence (Vaswani et al. 2017), with the
// sums of the softmax corrected on the way (Milakov and Gimelshein 2018), so that no matrix of
// scores goes to memory. For all element types, without tensor cores.
//
// q, k, v, y [rows, heads * size] with strides; offsets I32 [sequences + 1] cut the rows into
// sequences. HEAD: size rounded up to a multiple of 16; TILE: queries of a block, and keys at a
// time, a multiple of 16; VECTOR elements an access, a divisor of size; DROPOUT: 1 to drop
// probabilities at a rate by a seed, else 0.
// Grid: (longest sequence / TILE rounded up, heads, sequences), blocks of 256 threads.
// Shared memory: dynamic, acc [3][TILE][HEAD + PAD] and acc [TILE][TILE + PAD].
//
// A query belongs to 16 lanes of one warp: its maximum and sum are found by shuffles, and its
// probabilities pass through shared memory without a barrier.

#include "squares.cuh"

extern "C" __global__ void __launch_bounds__(256) attention(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* v,
    long long v_stride, elem* y, long long y_stride, const int* offsets, int rows, int size,
    double scale, int causal, double rate, long long seed) {
  extern __shared__ __align__(16) unsigned char memory[];
  acc* queries = (acc*)memory;
  acc* keys = queries + TILE * WIDTH;
  acc* values = keys + TILE * WIDTH;
  acc* scores = values + TILE * WIDTH;

  long long start = max(offsets[blockIdx.z], 0);
  int length = min(offsets[blockIdx.z + 1], rows) - (int)start;
  int first = blockIdx.x * TILE;
  if (first >= length) {
    return;
  }
  int left = blockIdx.y * size;
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;

  load_rows(queries, q + (start + first) * q_stride + left, q_stride, length - first, size);
  acc largest[OWN];
  acc sum[OWN];
  acc out[OWN][COLUMNS];
#pragma unroll
  for (int i = 0; i < OWN; i++) {
    largest[i] = negative_infinity(acc(0));
    sum[i] = 0;
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      out[i][c] = 0;
    }
  }

  int end = causal ? min(length, first + TILE) : length;
  for (int from = 0; from < end; from += TILE) {
    __syncthreads();
    load_rows(keys, k + (start + from) * k_stride + left, k_stride, length - from, size);
    load_rows(values, v + (start + from) * v_stride + left, v_stride, length - from, size);
    __syncthreads();

    acc s[OWN][OWN] = {};
    multiply_rows(s, queries, keys);

#pragma unroll
    for (int i = 0; i < OWN; i++) {
      int query = first + ty + 16 * i;
      acc before = largest[i];
#pragma unroll
      for (int j = 0; j < OWN; j++) {
        int key = from + tx + 16 * j;
        bool counts = key < length && (!causal || key <= query);
        s[i][j] = counts ? s[i][j] * acc(scale) : negative_infinity(acc(0));
        largest[i] = larger(largest[i], s[i][j]);
      }
      largest[i] = lanes_max<16>(largest[i]);
      // A row without any key yet keeps its sum of zero.
      acc shift = largest[i] == negative_infinity(acc(0)) ? acc(0) : largest[i];
      acc correction = exponential(before - shift);
      sum[i] *= correction;
#pragma unroll
      for (int c = 0; c < COLUMNS; c++) {
        out[i][c] *= correction;
      }
#pragma unroll
      for (int j = 0; j < OWN; j++) {
        acc p = exponential(s[i][j] - shift);
        sum[i] += p;
        if (DROPOUT) {
          p *= dropout_factor(
              attention_index(
                  start + query, blockIdx.y, gridDim.y, from + tx + 16 * j),
              (float)rate, seed);
        }
        scores[(ty + 16 * i) * SCORES + tx + 16 * j] = p;
      }
    }
    __syncwarp();

    add_weighted(out, scores, values);
    __syncwarp();
  }

#pragma unroll
  for (int i = 0; i < OWN; i++) {
    acc total = lanes_sum<16>(sum[i]);
    int query = first + ty + 16 * i;
    if (query < length) {
      elem* target = y + (start + query) * y_stride + left;
#pragma unroll
      for (int c = 0; c < COLUMNS; c++) {
        if (tx + 16 * c < size) {
          target[tx + 16 * c] = narrow<elem>(out[i][c] / total);
        }
      }
    }
  }
}
