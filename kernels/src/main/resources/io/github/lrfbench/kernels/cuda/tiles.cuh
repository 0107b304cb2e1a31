// Tiles of 16-bit matrices in shared memory, and the fragments of them that tensor cores take.
//
// A tile has a multiple of 16 columns and 8 more elements between its rows. The 8 rows that an
// ldmatrix reads at once then start 16 bytes apart modulo the 128 bytes of all banks: no conflicts.
// VECTOR is 8 where the matrices allow copies of 16 bytes, else 1.
//
// Lane l of a warp holds of an accumulator [16, 8] the columns 2 (l % 4) and the next one of rows
// l / 4 and l / 4 + 8 (PTX ISA, mma.m16n8k16).

#include "prelude.cuh"

constexpr int TILE_PAD = 8;

// Starts copying rows x cols elements into a tile of Rows x Cols, the rest of which becomes zero.
// Complete after cp_async_wait and a barrier.
template <int Rows, int Cols, int Threads>
__device__ __forceinline__ void load_tile(
    elem* tile, const elem* source, long long stride, int rows, int cols) {
  constexpr int pieces = Cols / 8;
#pragma unroll
  for (int i = threadIdx.x; i < Rows * pieces; i += Threads) {
    int row = i / pieces;
    int col = i % pieces * 8;
    elem* target = tile + row * (Cols + TILE_PAD) + col;
    const elem* from = source + row * stride + col;
    if (VECTOR == 8) {
      bool inside = row < rows && col < cols;
      cp_async_16(target, inside ? from : source, inside);
    } else {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        target[j] = row < rows && col + j < cols ? from[j] : narrow<elem>(0.0f);
      }
    }
  }
}

// Rows and columns 0 to 15 of a tile as a left operand.
template <int Cols>
__device__ __forceinline__ void load_left(unsigned (&a)[4], const elem* tile) {
  int lane = threadIdx.x % 32;
  ldmatrix_x4(a, tile + lane % 16 * (Cols + TILE_PAD) + lane / 16 * 8);
}

// Rows 0 to 15 of a tile as two right operands of 8 columns each, the tile's rows being the depth.
template <int Cols>
__device__ __forceinline__ void load_right(unsigned (&b)[2][2], const elem* tile) {
  int lane = threadIdx.x % 32;
  unsigned r[4];
  ldmatrix_x4_trans(r, tile + lane % 16 * (Cols + TILE_PAD) + lane / 16 * 8);
  b[0][0] = r[0];
  b[0][1] = r[1];
  b[1][0] = r[2];
  b[1][1] = r[3];
}

// Rows 0 to 15 of a tile as two right operands of 8 columns each, the tile's columns being the
// depth: the tile is transposed.
template <int Cols>
__device__ __forceinline__ void load_right_transposed(unsigned (&b)[2][2], const elem* tile) {
  int lane = threadIdx.x % 32;
  unsigned r[4];
  ldmatrix_x4(r, tile + (lane / 16 * 8 + lane % 8) * (Cols + TILE_PAD) + lane / 8 % 2 * 8);
  b[0][0] = r[0];
  b[0][1] = r[1];
  b[1][0] = r[2];
  b[1][1] = r[3];
}

template <class T>
struct tensor_core;

template <>
struct tensor_core<half> {
  static __device__ __forceinline__ void multiply(
      float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    mma_16x8x16_f16(d, a, b);
  }
};

#if __CUDA_ARCH__ >= 800
template <>
struct tensor_core<bf16> {
  static __device__ __forceinline__ void multiply(
      float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    mma_16x8x16_bf16(d, a, b);
  }
};
#endif

// d += a b.
__device__ __forceinline__ void multiply(
    float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  tensor_core<elem>::multiply(d, a, b);
}

// Writes an accumulator into columns 0 to 7 of 16 rows of a tile.
template <int Cols>
__device__ __forceinline__ void store_accumulator(elem* tile, const float (&d)[4]) {
  int lane = threadIdx.x % 32;
  elem* target = tile + lane / 4 * (Cols + TILE_PAD) + lane % 4 * 2;
  *(unsigned*)target = pack<elem>(d[0], d[1]);
  *(unsigned*)(target + 8 * (Cols + TILE_PAD)) = pack<elem>(d[2], d[3]);
}

// Copies rows x cols elements of a tile of Rows x Cols to memory; the lanes of one warp alone.
template <int Rows, int Cols>
__device__ __forceinline__ void store_rows(
    elem* target, long long stride, const elem* tile, int rows, int cols) {
  constexpr int pieces = Cols / 8;
#pragma unroll
  for (int i = threadIdx.x % 32; i < Rows * pieces; i += 32) {
    int row = i / pieces;
    int col = i % pieces * 8;
    if (row >= rows || col >= cols) {
      continue;
    }
    const elem* from = tile + row * (Cols + TILE_PAD) + col;
    elem* to = target + row * stride + col;
    if (VECTOR == 8) {
      *(uint4*)to = *(const uint4*)from;
    } else {
#pragma unroll
      for (int j = 0; j < 8; j++) {
        if (col + j < cols) {
          to[j] = from[j];
        }
      }
    }
  }
}
