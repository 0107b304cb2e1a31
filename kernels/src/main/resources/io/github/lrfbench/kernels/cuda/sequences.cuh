// What kernels share of which a block owns a tile of rows of one head of one sequence, the grid being
// (longest sequence / TILE rounded up, heads, sequences).

#include "squares.cuh"

struct sequence {
  long long start;
  int length;
};

__device__ __forceinline__ sequence sequence_of_block(const int* offsets, int rows) {
  int start = max(offsets[blockIdx.z], 0);
  return sequence{start, min(offsets[blockIdx.z + 1], rows) - start};
}

__device__ __forceinline__ void store_sums(
    elem* target, long long stride, int rows, int size, const acc (&sums)[OWN][COLUMNS]) {
#pragma unroll
  for (int i = 0; i < OWN; i++) {
    int row = threadIdx.x / 16 + 16 * i;
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      int col = threadIdx.x % 16 + 16 * c;
      if (row < rows && col < size) {
        target[row * stride + col] = narrow<elem>(sums[i][c]);
      }
    }
  }
}
