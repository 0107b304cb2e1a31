// y = x transposed, with conversion; ELEMENT is the type of x, TARGET that of y.
//
// x [rows, cols], y [cols, rows] with strides.
// Grid: (cols / 32 rounded up, any number of blocks that share the rows), blocks of 256 threads.
// Shared memory: static, one tile of 32 x 33; the odd width keeps columns free of bank conflicts.
// Both the reading and the writing lanes of a warp are neighbours in memory.

#include "prelude.cuh"

extern "C" __global__ void transpose(
    const elem* x, long long x_stride, TARGET* y, long long y_stride, int rows, int cols) {
  __shared__ acc tile[32][33];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int left = blockIdx.x * 32;
  for (long long top = blockIdx.y * 32LL; top < rows; top += gridDim.y * 32LL) {
    for (int i = warp; i < 32; i += 8) {
      if (top + i < rows && left + lane < cols) {
        tile[i][lane] = widen(x[(top + i) * x_stride + left + lane]);
      }
    }
    __syncthreads();
    for (int i = warp; i < 32; i += 8) {
      if (left + i < cols && top + lane < rows) {
        y[(left + i) * y_stride + top + lane] = narrow<TARGET>(tile[lane][i]);
      }
    }
    __syncthreads();
  }
}
