// Products of tiles in shared memory without tensor cores, by a block of 256 threads.
//
// Threads form a square of 16 x 16, (ty, tx). Each has TILE / 16 rows of the left tile, every 16th
// from ty, and as many of the right one, every 16th from tx, so that neighbouring lanes read
// neighbouring rows, which the padding puts on different banks. HEAD: columns, a multiple of 16;
// VECTOR elements an access.

#include "dropout.cuh"

constexpr int STEP = 16 / sizeof(acc);
constexpr int PAD = STEP;
constexpr int WIDTH = HEAD + PAD;
constexpr int SCORES = TILE + PAD;
constexpr int OWN = TILE / 16;
constexpr int COLUMNS = HEAD / 16;

// Copies rows x size elements into a tile of TILE x HEAD, the rest of which becomes zero.
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

// sums[i][j] += the product of row ty + 16 i of a and row tx + 16 j of b.
__device__ __forceinline__ void multiply_rows(
    acc (&sums)[OWN][OWN], const acc* a_tile, const acc* b_tile) {
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
#pragma unroll 4
  for (int d = 0; d < HEAD; d += STEP) {
    acc a[OWN][STEP];
    acc b[OWN][STEP];
#pragma unroll
    for (int i = 0; i < OWN; i++) {
      load(a_tile + (ty + 16 * i) * WIDTH + d, a[i]);
      load(b_tile + (tx + 16 * i) * WIDTH + d, b[i]);
    }
#pragma unroll
    for (int i = 0; i < OWN; i++) {
#pragma unroll
      for (int j = 0; j < OWN; j++) {
#pragma unroll
        for (int e = 0; e < STEP; e++) {
          sums[i][j] += a[i][e] * b[j][e];
        }
      }
    }
  }
}

// sums[i][c] += the sum over k of weights[ty + 16 i][k] values[k][tx + 16 c].
__device__ __forceinline__ void add_weighted(
    acc (&sums)[OWN][COLUMNS], const acc* weights, const acc* values) {
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
#pragma unroll 2
  for (int k = 0; k < TILE; k += STEP) {
    acc w[OWN][STEP];
#pragma unroll
    for (int i = 0; i < OWN; i++) {
      load(weights + (ty + 16 * i) * SCORES + k, w[i]);
    }
#pragma unroll
    for (int e = 0; e < STEP; e++) {
#pragma unroll
      for (int c = 0; c < COLUMNS; c++) {
        acc value = values[(k + e) * WIDTH + tx + 16 * c];
#pragma unroll
        for (int i = 0; i < OWN; i++) {
          sums[i][c] += w[i][e] * value;
        }
      }
    }
  }
}

// Number of the element of attention's probabilities that belongs to a query, a head and a key, as
// in ops.Dropout.
__device__ __forceinline__ long long attention_index(
    long long query, int head, int heads, int key) {
  return (query * heads + head) << 20 | key;
}
