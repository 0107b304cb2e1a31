// y = x with conversion; ELEMENT is the type of x, TARGET that of y.
//
// x, y [rows, cols] with strides. VECTOR elements a thread.
// Grid: enough blocks of any size for rows * cols / VECTOR threads. Shared memory: none.

#include "prelude.cuh"

extern "C" __global__ void copy(
    const elem* x, long long x_stride, TARGET* y, long long y_stride, int rows, int cols) {
  unsigned width = cols / VECTOR;
  unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= (unsigned long long)rows * width) {
    return;
  }
  unsigned row = i / width;
  unsigned col = (i - (unsigned long long)row * width) * VECTOR;
  acc v[VECTOR];
  load(x + row * x_stride + col, v);
  store(y + row * y_stride + col, v);
}
