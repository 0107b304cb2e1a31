// y = activation(steps[i] scales[j] sum_k a[i, k] b[j, k] + sum over outliers k of x[i, k] scales[j] b[j, k]
// + bias[j]).
//
// a [rows, depth / 4 rounded up] of four signed bytes each, as int8_rows writes them; b [cols, depth] of
// signed bytes, with a stride in bytes; steps [rows], scales [cols] of float; mask null, or bits of the
// outliers, whose codes in a are 0; x [rows, depth] with stride; bias [cols] or null; y [rows, cols] with
// stride. WORDS: whether four bytes of b can be read at once. Grid: a block of 256 threads to each 64 x 64
// elements of y, those of a row of tiles one after the other. Shared memory: static, tiles of a and b.
//
// Threads form a square of 16 x 16; each has every 16th row and column of a tile.

#include "prelude.cuh"

#include "int8.cuh"

constexpr int TILE = 64;
constexpr int DEPTH = 16;
constexpr int OWN = TILE / 16;

// Four codes of a row of b; zeros after the last.
__device__ __forceinline__ int read_codes(const signed char* row, int word, int depth) {
#if WORDS
  return 4 * word < depth ? ((const int*)row)[word] : 0;
#else
  unsigned packed = 0;
#pragma unroll
  for (int j = 0; j < 4; j++) {
    int k = 4 * word + j;
    packed |= k < depth ? (unsigned)(unsigned char)row[k] << 8 * j : 0u;
  }
  return (int)packed;
#endif
}

extern "C" __global__ void __launch_bounds__(256) int8_linear(
    const int* a, const float* steps, const signed char* b, long long b_stride, const float* scales,
    const unsigned* mask, const elem* x, long long x_stride, const elem* bias, elem* y,
    long long y_stride, int rows, int depth, int cols) {
  // One more than the depth between rows: those of 16 threads are on 16 banks.
  __shared__ int a_tile[TILE][DEPTH + 1];
  __shared__ int b_tile[TILE][DEPTH + 1];
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
  unsigned across = (cols + TILE - 1) / TILE;
  long long top = blockIdx.x / across * (long long)TILE;
  int left = blockIdx.x % across * TILE;
  int words = (depth + 3) / 4;

  int sums[OWN][OWN] = {};
  for (int at = 0; at < words; at += DEPTH) {
#pragma unroll
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      int row = i / DEPTH;
      int word = at + i % DEPTH;
      a_tile[row][i % DEPTH] =
          top + row < rows && word < words ? a[(top + row) * words + word] : 0;
      b_tile[row][i % DEPTH] =
          left + row < cols ? read_codes(b + (left + row) * b_stride, word, depth) : 0;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      int own[OWN];
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        own[i] = a_tile[ty + 16 * i][k];
      }
#pragma unroll
      for (int j = 0; j < OWN; j++) {
        int other = b_tile[tx + 16 * j][k];
#pragma unroll
        for (int i = 0; i < OWN; i++) {
          sums[i][j] = __dp4a(own[i], other, sums[i][j]);
        }
      }
    }
    __syncthreads();
  }

  float outliers[OWN][OWN] = {};
  for (int at = 0; mask != 0 && at < depth; at += 32) {
    for (unsigned bits = mask[at / 32]; bits != 0; bits &= bits - 1) {
      int k = at + __ffs(bits) - 1;
      float weights[OWN];
#pragma unroll
      for (int j = 0; j < OWN; j++) {
        int col = left + tx + 16 * j;
        weights[j] = col < cols ? scales[col] * b[col * b_stride + k] : 0.0f;
      }
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        long long row = top + ty + 16 * i;
        float value = row < rows ? widen(x[row * x_stride + k]) : 0.0f;
#pragma unroll
        for (int j = 0; j < OWN; j++) {
          outliers[i][j] += value * weights[j];
        }
      }
    }
  }

#pragma unroll
  for (int i = 0; i < OWN; i++) {
    long long row = top + ty + 16 * i;
#pragma unroll
    for (int j = 0; j < OWN; j++) {
      int col = left + tx + 16 * j;
      if (row < rows && col < cols) {
        float added = bias ? widen(bias[col]) : 0.0f;
        float sum = __fmul_rn(__fmul_rn((float)sums[i][j], steps[row]), scales[col]);
        float value = __fadd_rn(sum, added) + outliers[i][j];
        y[row * y_stride + col] = narrow<elem>(activate<ACTIVATION>(value));
      }
    }
  }
}
