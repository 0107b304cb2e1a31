// y[t] = word[ids[t]] + position[positions[t]] + type[types[t]].
//
// ids, positions, types I32 [rows]; word [words, cols], position [position_rows, cols],
// type [type_rows, cols] with strides; y [rows, cols] with stride. positions and types may be null.
// VECTOR elements a thread. Grid: enough blocks of any size for rows * cols / VECTOR threads.
// Shared memory: none.
// The host has checked the indices; a graph that is replayed with others gets rows of NaN for
// those outside their table.

#include "prelude.cuh"

__device__ __forceinline__ bool add_row(
    const int* index, unsigned row, const elem* table, long long stride, int table_rows,
    unsigned col, acc (&sum)[VECTOR]) {
  int source = index[row];
  if (source < 0 || source >= table_rows) {
    return false;
  }
  acc v[VECTOR];
  load(table + source * stride + col, v);
#pragma unroll
  for (int j = 0; j < VECTOR; j++) {
    sum[j] += v[j];
  }
  return true;
}

extern "C" __global__ void embed(
    const int* ids, const elem* word, long long word_stride, int words,
    const int* positions, const elem* position, long long position_stride, int position_rows,
    const int* types, const elem* type, long long type_stride, int type_rows,
    elem* y, long long y_stride, int rows, int cols) {
  unsigned row;
  unsigned col;
  if (!find_elements<VECTOR>(rows, cols, row, col)) {
    return;
  }
  acc sum[VECTOR] = {};
  bool found = add_row(ids, row, word, word_stride, words, col, sum);
  if (positions) {
    found &= add_row(positions, row, position, position_stride, position_rows, col, sum);
  }
  if (types) {
    found &= add_row(types, row, type, type_stride, type_rows, col, sum);
  }
  if (!found) {
#pragma unroll
    for (int j = 0; j < VECTOR; j++) {
      sum[j] = not_a_number(acc(0));
    }
  }
  store(y + row * y_stride + col, sum);
}
