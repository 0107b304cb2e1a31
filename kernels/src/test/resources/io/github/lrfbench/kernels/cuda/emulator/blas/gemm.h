// C = alpha op(A) op(B) + beta C, column-major, in any mix of element types.
#pragma once
#include <cstdint>

namespace emulator {

enum Operation { no_transpose = 0, transpose = 1, conjugate_transpose = 2 };

// What tensor cores make of F32 factors.
enum class Rounding { none, tf32, half, bfloat };

struct Gemm {
  int transpose_a, transpose_b;
  int64_t m, n, k;
  const void* a;
  int type_a;
  int64_t lda;
  const void* b;
  int type_b;
  int64_t ldb;
  void* c;
  int type_c;
  int64_t ldc;
  Rounding rounding;  // of a and b
};

// Computes in T: float or double.
template <class T>
void multiply(const Gemm& g, T alpha, T beta);

}  // namespace emulator
