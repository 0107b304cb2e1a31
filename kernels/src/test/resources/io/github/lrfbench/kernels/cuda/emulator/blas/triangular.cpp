// Triangular solves and symmetric products.
#include <algorithm>
#include <vector>

#include "elements.h"
#include "gemm.h"
#include "handle.h"

namespace emulator {
namespace {

enum Side { left = 0, right = 1 };
enum Fill { lower = 0, upper = 1 };
enum Diagonal { non_unit = 0, unit = 1 };

struct Solve {
  int side, fill, operation, diagonal;
  int64_t m, n;  // of B
  const void* a;
  int64_t lda;
  void* b;
  int64_t ldb;

  int64_t order() const { return side == left ? m : n; }
};

// Solves op(A) X = alpha B or X op(A) = alpha B in place. Reads one triangle of A only.
template <class T>
void solve(const Solve& s, T alpha) {
  int64_t n = s.order();
  const T* a = static_cast<const T*>(s.a);
  T* b = static_cast<T*>(s.b);
  // X op(A) = B is op(A)' X' = B'.
  bool transposed = (s.operation != no_transpose) != (s.side == right);
  bool forward = (s.fill == lower) != transposed;
  std::vector<double> matrix(n * n);
  for (int64_t j = 0; j < n; j++) {
    for (int64_t i = 0; i < n; i++) {
      int64_t row = transposed ? j : i;
      int64_t column = transposed ? i : j;
      bool stored = s.fill == lower ? row > column : row < column;
      if (row == column) {
        matrix[j * n + i] = s.diagonal == unit ? 1.0 : a[column * s.lda + row];
      } else if (stored) {
        matrix[j * n + i] = a[column * s.lda + row];
      }
    }
  }
  int64_t systems = s.side == left ? s.n : s.m;
  int64_t step = s.side == left ? 1 : s.ldb;
  int64_t stride = s.side == left ? s.ldb : 1;
  std::vector<double> x(n);
  for (int64_t system = 0; system < systems; system++) {
    T* vector = b + system * stride;
    for (int64_t i = 0; i < n; i++) {
      x[i] = static_cast<double>(alpha) * vector[i * step];
    }
    for (int64_t k = 0; k < n; k++) {
      int64_t j = forward ? k : n - 1 - k;
      const double* column = matrix.data() + j * n;
      x[j] /= column[j];
      int64_t begin = forward ? j + 1 : 0;
      int64_t end = forward ? n : j;
      for (int64_t i = begin; i < end; i++) {
        x[i] -= column[i] * x[j];
      }
    }
    for (int64_t i = 0; i < n; i++) {
      vector[i * step] = static_cast<T>(x[i]);
    }
  }
}

template <class T>
BlasStatus trsm(const char* name, BlasHandle* handle, const Solve& s, const void* alpha, int64_t count, bool by_pointers) {
  std::string call = std::string(name) + "(m=" + std::to_string(s.m) + ", n=" + std::to_string(s.n) + ")";
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  if (s.m < 0 || s.n < 0 || count < 0 || s.lda < std::max<int64_t>(1, s.order()) || s.ldb < std::max<int64_t>(1, s.m) ||
      alpha == nullptr || s.side < 0 || s.side > 1 || s.fill < 0 || s.fill > 1 || s.operation < 0 || s.operation > 2 ||
      s.diagonal < 0 || s.diagonal > 1) {
    return refuse(blas_invalid_value, call, "an argument is out of its range");
  }
  auto scale = scalar<T>(handle, call, "alpha", alpha);
  return submit(handle, call, [=] {
    T value;
    Status status = scale(&value);
    for (int64_t i = 0; i < count && status == success; i++) {
      Solve one = s;
      if (by_pointers) {
        status = check_operand(call, "A", s.a, count * sizeof(void*));
        status = status != success ? status : check_operand(call, "B", s.b, count * sizeof(void*));
        if (status != success) {
          return status;
        }
        one.a = static_cast<const void* const*>(s.a)[i];
        one.b = static_cast<void* const*>(s.b)[i];
      }
      if (s.m == 0 || s.n == 0) {
        return success;
      }
      status = check_operand(call, "A", one.a, matrix_bytes(s.order(), s.order(), s.lda, sizeof(T)));
      status = status != success ? status : check_operand(call, "B", one.b, matrix_bytes(s.m, s.n, s.ldb, sizeof(T)));
      if (status == success) {
        solve<T>(one, value);
      }
    }
    return status;
  });
}

// One triangle of C = alpha op(A) op(A)' + beta C.
template <class T>
BlasStatus syrk(const char* name, BlasHandle* handle, int fill, int operation, int64_t n, int64_t k, const T* alpha,
                const T* a, int64_t lda, const T* beta, T* c, int64_t ldc) {
  std::string call = std::string(name) + "(n=" + std::to_string(n) + ", k=" + std::to_string(k) + ")";
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  int64_t rows = operation == no_transpose ? n : k;
  if (n < 0 || k < 0 || lda < std::max<int64_t>(1, rows) || ldc < std::max<int64_t>(1, n) || fill < 0 || fill > 1 ||
      operation < 0 || operation > 2 || alpha == nullptr || beta == nullptr) {
    return refuse(blas_invalid_value, call, "an argument is out of its range");
  }
  auto scale = scalar<T>(handle, call, "alpha", alpha);
  auto keep = scalar<T>(handle, call, "beta", beta);
  return submit(handle, call, [=] {
    T alpha_value, beta_value;
    Status status = scale(&alpha_value);
    status = status != success ? status : keep(&beta_value);
    status = status != success ? status : check_operand(call, "A", a, matrix_bytes(rows, n + k - rows, lda, sizeof(T)));
    status = status != success ? status : check_operand(call, "C", c, matrix_bytes(n, n, ldc, sizeof(T)));
    if (status != success || n == 0) {
      return status;
    }
    std::vector<T> product(n * n);
    constexpr int type = sizeof(T) == 4 ? real_32 : real_64;
    int other = operation == no_transpose ? transpose : no_transpose;
    multiply<T>(Gemm{operation, other, n, n, k, a, type, lda, a, type, lda, product.data(), type, n, Rounding::none}, alpha_value, T(0));
    for (int64_t j = 0; j < n; j++) {
      for (int64_t i = fill == lower ? j : 0; i < (fill == lower ? n : j + 1); i++) {
        T& element = c[j * ldc + i];
        element = product[j * n + i] + (beta_value == T(0) ? T(0) : beta_value * element);
      }
    }
    return success;
  });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define TRIANGULAR(letter, T)                                                                                              \
  API BlasStatus cublas##letter##trsm_v2(BlasHandle* h, int side, int fill, int op, int diagonal, int m, int n,            \
                                         const T* alpha, const T* a, int lda, T* b, int ldb) {                             \
    return trsm<T>("cublas" #letter "trsm", h, Solve{side, fill, op, diagonal, m, n, a, lda, b, ldb}, alpha, 1, false);    \
  }                                                                                                                        \
  API BlasStatus cublas##letter##trsmBatched(BlasHandle* h, int side, int fill, int op, int diagonal, int m, int n,        \
                                             const T* alpha, const T* const* a, int lda, T* const* b, int ldb, int count) { \
    return trsm<T>("cublas" #letter "trsmBatched", h, Solve{side, fill, op, diagonal, m, n, a, lda, const_cast<T**>(b), ldb}, \
                   alpha, count, true);                                                                                    \
  }                                                                                                                        \
  API BlasStatus cublas##letter##syrk_v2(BlasHandle* h, int fill, int op, int n, int k, const T* alpha, const T* a, int lda, \
                                         const T* beta, T* c, int ldc) {                                                   \
    return syrk<T>("cublas" #letter "syrk", h, fill, op, n, k, alpha, a, lda, beta, c, ldc);                               \
  }

TRIANGULAR(S, float)
TRIANGULAR(D, double)
