// y = activation(x w^T + bias) for few rows of x, w being expanded from codes in registers, as dequantize.cu
// expands it.
//
// x [rows, depth] with stride, rows at most ROWS; codes, scales, zeros and group of w [cols, depth] as in
// dequantize.cu; bias [cols] or null; y [rows, cols] with stride. VECTOR inputs a lane at once.
// Grid: a warp of a block of 256 threads to a column. Shared memory: none.

#include "prelude.cuh"

#include "codes.cuh"

#include "grid_codes.cuh"

extern "C" __global__ void __launch_bounds__(256) coded_rows(
    const elem* x, long long x_stride, const unsigned char* codes, long long codes_stride,
    const float* scales, const float* zeros, long long constants_stride, int group,
    const elem* bias, elem* y, long long y_stride, int rows, int depth, int cols) {
  int lane = threadIdx.x % 32;
  long long col = (long long)blockIdx.x * 8 + threadIdx.x / 32;
  if (col >= cols) {
    return;
  }
  codes += col * codes_stride;
  acc sums[ROWS] = {};
  for (int k = lane * VECTOR; k < depth; k += 32 * VECTOR) {
    acc w[VECTOR];
    expand_codes(codes, scales, zeros, col * constants_stride, group, k, w);
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      if (i < rows) {
        acc v[VECTOR];
        load(x + i * x_stride + k, v);
#pragma unroll
        for (int j = 0; j < VECTOR; j++) {
          sums[i] += v[j] * w[j];
        }
      }
    }
  }
  acc added = bias ? widen(bias[col]) : acc(0);
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    acc sum = lanes_sum<32>(sums[i]);
    if (lane == 0 && i < rows) {
      y[i * y_stride + col] = narrow<elem>(activate<ACTIVATION>(sum + added));
    }
  }
}
