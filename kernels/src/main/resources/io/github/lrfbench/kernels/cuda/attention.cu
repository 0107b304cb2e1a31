// y = softmax(scale q k^T) v of every head within every sequence (Vaswani et al. 2017), with the
// sums of the softmax corrected on the way (Milakov and Gimelshein 2018), so that no matrix of
// scores goes to memory. For all element types, without tensor cores.
//
// q, k, v, y [rows, heads * size] with strides; offsets I32 [sequences + 1] cut the rows into
// sequences. HEAD: size rounded up to a multiple of 16; TILE: queries of a block, and keys at a
// time, a multiple of 16; VECTOR elements an access, a divisor of size.
// Grid: (longest sequence / TILE rounded up, heads, sequences), blocks of 256 threads.
// Shared memory: dynamic, acc [3][TILE][HEAD + PAD] and acc [TILE][TILE + PAD].
//
// Threads form a square of 16 x 16; each has TILE / 16 queries and as many keys, every 16th, so
// that neighbouring lanes read neighbouring rows, which the padding puts on different banks. A
// query belongs to 16 lanes of one warp: its maximum and sum are found by shuffles, and its
// probabilities pass through shared memory without a barrier.

#include "prelude.cuh"

constexpr int STEP = 16 / sizeof(acc);
constexpr int PAD = STEP;
constexpr int WIDTH = HEAD + PAD;
constexpr int SCORES = TILE + PAD;
constexpr int OWN = TILE / 16;
constexpr int COLUMNS = HEAD / 16;

__device__ __forceinline__ void load_rows(
    acc* tile, const elem* source, long long stride, int rows, int size) {
  constexpr int PIECES = HEAD / VECTOR;
  for (int i = threadIdx.x; i < TILE * PIECES; i += 256) {
    int row = i / PIECES;
    int col = i % PIECES * VECTOR;
    acc v[VECTOR] = {};
    if (row < rows && col < size) {
      load(source + row * stride + col, v);
    }
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      tile[row * WIDTH + col + j] = v[j];
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) attention(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* v,
    long long v_stride, elem* y, long long y_stride, const int* offsets, int rows, int size,
    double scale, int causal) {
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
#pragma unroll 4
    for (int d = 0; d < HEAD; d += STEP) {
      acc a[OWN][STEP];
      acc b[OWN][STEP];
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        load(queries + (ty + 16 * i) * WIDTH + d, a[i]);
        load(keys + (tx + 16 * i) * WIDTH + d, b[i]);
      }
#pragma unroll
      for (int i = 0; i < OWN; i++) {
#pragma unroll
        for (int j = 0; j < OWN; j++) {
#pragma unroll
          for (int e = 0; e < STEP; e++) {
            s[i][j] += a[i][e] * b[j][e];
          }
        }
      }
    }

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
        scores[(ty + 16 * i) * SCORES + tx + 16 * j] = p;
      }
    }
    __syncwarp();

#pragma unroll 2
    for (int key = 0; key < TILE; key += STEP) {
      acc p[OWN][STEP];
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        load(scores + (ty + 16 * i) * SCORES + key, p[i]);
      }
#pragma unroll
      for (int e = 0; e < STEP; e++) {
#pragma unroll
        for (int c = 0; c < COLUMNS; c++) {
          acc value = values[(key + e) * WIDTH + tx + 16 * c];
#pragma unroll
          for (int i = 0; i < OWN; i++) {
            out[i][c] += p[i][e] * value;
          }
        }
      }
    }
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
