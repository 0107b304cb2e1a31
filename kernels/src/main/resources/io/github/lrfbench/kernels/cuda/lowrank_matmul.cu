// y = activation((x down) up + bias), as in lowrank_matmul_mma.cu, for all element types, without
// tensor cores.
//
// x [rows, inputs], down [inputs, rank], up [rank, outputs], y [rows, outputs] with strides; bias
// [outputs] or null. RANK: rank rounded up to a multiple of 32; VECTOR elements an access;
// ACTIVATION. Grid: (outputs / columns rounded up, rows / 32 rounded up), blocks of 256 threads.
// Shared memory: dynamic, acc [32][SLAB + 1], acc [32][RANK + 1] and the larger of
// acc [SLAB][RANK] and acc [SLAB][COLS].
//
// Each block computes the middle of its rows and then its share of the columns. Threads form a
// square of 16 x 16 in both products; each has two rows and every 16th column: the rows' elements
// are broadcast, the columns' are on neighbouring banks.

#include "prelude.cuh"

constexpr int ROWS = 32;
constexpr int SLAB = 32;
constexpr int COLS = 64;
constexpr int OWN = ROWS / 16;

// Copies rows x cols elements to a tile of Rows x Cols with zeros around.
template <int Rows, int Cols>
__device__ __forceinline__ void load_slab(
    acc* tile, int tile_stride, const elem* source, long long stride, int rows, int cols) {
  constexpr int PIECES = Cols / VECTOR;
  for (int i = threadIdx.x; i < Rows * PIECES; i += 256) {
    int row = i / PIECES;
    int col = i % PIECES * VECTOR;
    acc v[VECTOR] = {};
    if (row < rows && col < cols) {
      load(source + row * stride + col, v);
    }
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      tile[row * tile_stride + col + j] = v[j];
    }
  }
}

// sums += a b over SLAB, for rows ty + 16 i and columns tx + 16 j.
template <int Columns>
__device__ __forceinline__ void multiply_slab(
    acc (&sums)[OWN][Columns], const acc* a, int a_stride, const acc* b, int b_stride) {
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
#pragma unroll 4
  for (int k = 0; k < SLAB; k++) {
    acc left[OWN];
#pragma unroll
    for (int i = 0; i < OWN; i++) {
      left[i] = a[(ty + 16 * i) * a_stride + k];
    }
#pragma unroll
    for (int j = 0; j < Columns; j++) {
      acc right = b[k * b_stride + tx + 16 * j];
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        sums[i][j] += left[i] * right;
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) lowrank_matmul(
    const elem* x, long long x_stride, const elem* down, long long down_stride, const elem* up,
    long long up_stride, const elem* bias, elem* y, long long y_stride, int rows, int inputs,
    int rank, int outputs, int columns) {
  extern __shared__ __align__(16) unsigned char memory[];
  acc* x_tile = (acc*)memory;
  acc* middle = x_tile + ROWS * (SLAB + 1);
  acc* right_tile = middle + ROWS * (RANK + 1);
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
  long long top = blockIdx.y * (long long)ROWS;
  int height = rows - top < ROWS ? (int)(rows - top) : ROWS;
  int first = blockIdx.x * columns;
  int last = min(outputs, first + columns);
  x += top * x_stride;
  y += top * y_stride;

  acc m[OWN][RANK / 16] = {};
  for (int at = 0; at < inputs; at += SLAB) {
    load_slab<ROWS, SLAB>(x_tile, SLAB + 1, x + at, x_stride, height, inputs - at);
    load_slab<SLAB, RANK>(
        right_tile, RANK, down + at * down_stride, down_stride, inputs - at, rank);
    __syncthreads();
    multiply_slab(m, x_tile, SLAB + 1, right_tile, RANK);
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < OWN; i++) {
#pragma unroll
    for (int j = 0; j < RANK / 16; j++) {
      middle[(ty + 16 * i) * (RANK + 1) + tx + 16 * j] = m[i][j];
    }
  }

  for (int col = first; col < last; col += COLS) {
    acc c[OWN][COLS / 16] = {};
    for (int at = 0; at < RANK; at += SLAB) {
      __syncthreads();
      load_slab<SLAB, COLS>(
          right_tile, COLS, up + at * up_stride + col, up_stride, rank - at, last - col);
      __syncthreads();
      multiply_slab(c, middle + at, RANK + 1, right_tile, COLS);
    }
#pragma unroll
    for (int i = 0; i < OWN; i++) {
#pragma unroll
      for (int j = 0; j < COLS / 16; j++) {
        int at = col + tx + 16 * j;
        if (ty + 16 * i < height && at < last) {
          acc added = bias ? widen(bias[at]) : acc(0);
          y[(ty + 16 * i) * y_stride + at] =
              narrow<elem>(activate<ACTIVATION>(c[i][j] + added));
        }
      }
    }
  }
}
