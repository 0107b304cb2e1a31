// Sets a flag if a matrix holds NaN or infinity.
//
// x [rows, cols] with stride; flag I32 [1], 0 before. Grid: enough blocks of any size for
// rows * cols threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void all_finite(
    const elem* x, long long stride, int rows, int cols, int* flag) {
  unsigned row;
  unsigned col;
  if (!find_elements<1>(rows, cols, row, col)) {
    return;
  }
  acc zero = widen(x[row * stride + col]) * acc(0);
  if (zero != acc(0)) {
    *flag = 1;
  }
}
