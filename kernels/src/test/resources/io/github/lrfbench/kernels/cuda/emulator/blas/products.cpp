// The calls of the gemm family.
#include <algorithm>

#include "elements.h"
#include "gemm.h"
#include "handle.h"

namespace emulator {
namespace {

enum ComputeType {
  compute_16f = 64,
  compute_16f_pedantic = 65,
  compute_32f = 68,
  compute_32f_pedantic = 69,
  compute_64f = 70,
  compute_64f_pedantic = 71,
  compute_32f_fast_16f = 74,
  compute_32f_fast_16bf = 75,
  compute_32f_fast_tf32 = 77
};

// A batch of products: one, many at a stride, or many by arrays of pointers in device memory.
struct Batch {
  int64_t count = 1;
  int64_t stride_a = 0, stride_b = 0, stride_c = 0;  // in elements
  bool by_pointers = false;
};

std::string describe(const char* call, const Gemm& g, const Batch& batch) {
  return std::string(call) + "(m=" + std::to_string(g.m) + ", n=" + std::to_string(g.n) + ", k=" + std::to_string(g.k) +
         ", lda=" + std::to_string(g.lda) + ", ldb=" + std::to_string(g.ldb) + ", ldc=" + std::to_string(g.ldc) +
         (batch.count == 1 ? "" : ", batch=" + std::to_string(batch.count)) + ")";
}

int64_t rows_of(int operation, int64_t rows, int64_t columns) { return operation == no_transpose ? rows : columns; }

const char* wrong(const Gemm& g, const Batch& batch) {
  if (g.transpose_a < 0 || g.transpose_a > 2 || g.transpose_b < 0 || g.transpose_b > 2) {
    return "an unknown operation";
  }
  if (g.m < 0 || g.n < 0 || g.k < 0 || batch.count < 0) {
    return "a negative size";
  }
  if (g.lda < std::max<int64_t>(1, rows_of(g.transpose_a, g.m, g.k))) {
    return "lda is less than the rows of A";
  }
  if (g.ldb < std::max<int64_t>(1, rows_of(g.transpose_b, g.k, g.n))) {
    return "ldb is less than the rows of B";
  }
  if (g.ldc < std::max<int64_t>(1, g.m)) {
    return "ldc is less than the rows of C";
  }
  return nullptr;
}

Status check_matrices(const std::string& call, const Gemm& g) {
  int64_t rows_a = rows_of(g.transpose_a, g.m, g.k);
  int64_t rows_b = rows_of(g.transpose_b, g.k, g.n);
  Status status = check_operand(call, "A", g.a, matrix_bytes(rows_a, g.m + g.k - rows_a, g.lda, element_bytes(g.type_a)));
  if (status == success) {
    status = check_operand(call, "B", g.b, matrix_bytes(rows_b, g.k + g.n - rows_b, g.ldb, element_bytes(g.type_b)));
  }
  return status != success ? status
                           : check_operand(call, "C", g.c, matrix_bytes(g.m, g.n, g.ldc, element_bytes(g.type_c)));
}

Gemm member(const Gemm& g, const Batch& batch, int64_t i) {
  Gemm one = g;
  if (batch.by_pointers) {
    one.a = static_cast<const void* const*>(g.a)[i];
    one.b = static_cast<const void* const*>(g.b)[i];
    one.c = static_cast<void* const*>(g.c)[i];
  } else {
    one.a = static_cast<const char*>(g.a) + i * batch.stride_a * int64_t(element_bytes(g.type_a));
    one.b = static_cast<const char*>(g.b) + i * batch.stride_b * int64_t(element_bytes(g.type_b));
    one.c = static_cast<char*>(g.c) + i * batch.stride_c * int64_t(element_bytes(g.type_c));
  }
  return one;
}

template <class T>
Status run(const std::string& call, const Gemm& g, const Batch& batch, T alpha, T beta) {
  if (g.m == 0 || g.n == 0) {
    return success;
  }
  if (batch.by_pointers) {
    for (auto [name, array] : {std::pair("A", g.a), std::pair("B", g.b), std::pair<const char*, const void*>("C", g.c)}) {
      Status status = check_operand(call, name, array, batch.count * sizeof(void*));
      if (status != success) {
        return status;
      }
    }
  }
  for (int64_t i = 0; i < batch.count; i++) {
    Gemm one = member(g, batch, i);
    Status status = check_matrices(call, one);
    if (status != success) {
      return status;
    }
    multiply(one, alpha, beta);
  }
  return success;
}

template <class T>
BlasStatus gemm(const char* name, BlasHandle* handle, const Gemm& g, const Batch& batch, const void* alpha,
                const void* beta) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  std::string call = describe(name, g, batch);
  if (const char* why = wrong(g, batch)) {
    return refuse(blas_invalid_value, call, why);
  }
  if (alpha == nullptr || beta == nullptr) {
    return refuse(blas_invalid_value, call, "alpha or beta is null");
  }
  auto a = scalar<T>(handle, call, "alpha", alpha);
  auto b = scalar<T>(handle, call, "beta", beta);
  return submit(handle, call, [=] {
    T alpha_value;
    T beta_value;
    Status status = a(&alpha_value);
    if (status == success) {
      status = b(&beta_value);
    }
    return status != success ? status : run(call, g, batch, alpha_value, beta_value);
  });
}

template <class T>
constexpr int type_of = sizeof(T) == 4 ? real_32 : real_64;

template <class T>
BlasStatus plain(const char* name, BlasHandle* handle, int ta, int tb, int64_t m, int64_t n, int64_t k, const T* alpha,
                 const void* a, int64_t lda, const void* b, int64_t ldb, const T* beta, void* c, int64_t ldc,
                 const Batch& batch) {
  bool tf32 = sizeof(T) == 4 && is_handle(handle) && handle->math_mode == tf32_math;
  Rounding rounding = tf32 ? Rounding::tf32 : Rounding::none;
  Gemm g{ta, tb, m, n, k, a, type_of<T>, lda, b, type_of<T>, ldb, c, type_of<T>, ldc, rounding};
  return gemm<T>(name, handle, g, batch, alpha, beta);
}

// The combinations of types that cuBLAS documents for fp32 and fp64 computation.
bool supported(int type_a, int type_b, int type_c, int compute) {
  if (type_a != type_b) {
    return false;
  }
  if (compute == compute_64f || compute == compute_64f_pedantic) {
    return type_a == real_64 && type_c == real_64;
  }
  if (compute == compute_32f || compute == compute_32f_pedantic) {
    return type_a == real_32 ? type_c == real_32
                             : (type_a == real_16 || type_a == bfloat_16) && (type_c == type_a || type_c == real_32);
  }
  bool fast = compute == compute_32f_fast_tf32 || compute == compute_32f_fast_16f || compute == compute_32f_fast_16bf;
  return fast && type_a == real_32 && type_c == real_32;
}

BlasStatus mixed(const char* name, BlasHandle* handle, int ta, int tb, int64_t m, int64_t n, int64_t k, const void* alpha,
                 const void* a, int type_a, int64_t lda, const void* b, int type_b, int64_t ldb, const void* beta, void* c,
                 int type_c, int64_t ldc, const Batch& batch, int compute) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  if (!supported(type_a, type_b, type_c, compute)) {
    return refuse(blas_not_supported, name, "types " + std::to_string(type_a) + ", " + std::to_string(type_b) + ", " +
                                                std::to_string(type_c) + " with compute type " + std::to_string(compute));
  }
  bool math = handle->math_mode == tf32_math && compute == compute_32f && type_a == real_32;
  Rounding rounding = compute == compute_32f_fast_16f    ? Rounding::half
                      : compute == compute_32f_fast_16bf ? Rounding::bfloat
                      : compute == compute_32f_fast_tf32 || math ? Rounding::tf32
                                                                 : Rounding::none;
  Gemm g{ta, tb, m, n, k, a, type_a, lda, b, type_b, ldb, c, type_c, ldc, rounding};
  if (type_a == real_64) {
    return gemm<double>(name, handle, g, batch, alpha, beta);
  }
  return gemm<float>(name, handle, g, batch, alpha, beta);
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define GEMM(letter, T)                                                                                                   \
  API BlasStatus cublas##letter##gemm_v2(BlasHandle* h, int ta, int tb, int m, int n, int k, const T* alpha, const T* a,  \
                                         int lda, const T* b, int ldb, const T* beta, T* c, int ldc) {                    \
    return plain<T>("cublas" #letter "gemm", h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, Batch());           \
  }                                                                                                                       \
  API BlasStatus cublas##letter##gemmStridedBatched(BlasHandle* h, int ta, int tb, int m, int n, int k, const T* alpha,   \
                                                    const T* a, int lda, long long sa, const T* b, int ldb, long long sb, \
                                                    const T* beta, T* c, int ldc, long long sc, int count) {              \
    return plain<T>("cublas" #letter "gemmStridedBatched", h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc,       \
                    Batch{count, sa, sb, sc});                                                                            \
  }                                                                                                                       \
  API BlasStatus cublas##letter##gemmBatched(BlasHandle* h, int ta, int tb, int m, int n, int k, const T* alpha,          \
                                             const T* const* a, int lda, const T* const* b, int ldb, const T* beta,       \
                                             T* const* c, int ldc, int count) {                                           \
    return plain<T>("cublas" #letter "gemmBatched", h, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta,                      \
                    const_cast<T**>(c), ldc, Batch{count, 0, 0, 0, true});                                                \
  }

GEMM(S, float)
GEMM(D, double)

API BlasStatus cublasGemmEx(BlasHandle* h, int ta, int tb, int m, int n, int k, const void* alpha, const void* a, int type_a,
                            int lda, const void* b, int type_b, int ldb, const void* beta, void* c, int type_c, int ldc,
                            int compute, int) {
  return mixed("cublasGemmEx", h, ta, tb, m, n, k, alpha, a, type_a, lda, b, type_b, ldb, beta, c, type_c, ldc, Batch(),
               compute);
}

API BlasStatus cublasGemmStridedBatchedEx(BlasHandle* h, int ta, int tb, int m, int n, int k, const void* alpha,
                                          const void* a, int type_a, int lda, long long sa, const void* b, int type_b,
                                          int ldb, long long sb, const void* beta, void* c, int type_c, int ldc,
                                          long long sc, int count, int compute, int) {
  return mixed("cublasGemmStridedBatchedEx", h, ta, tb, m, n, k, alpha, a, type_a, lda, b, type_b, ldb, beta, c, type_c, ldc,
               Batch{count, sa, sb, sc}, compute);
}

API BlasStatus cublasGemmBatchedEx(BlasHandle* h, int ta, int tb, int m, int n, int k, const void* alpha,
                                   const void* const* a, int type_a, int lda, const void* const* b, int type_b, int ldb,
                                   const void* beta, void* const* c, int type_c, int ldc, int count, int compute, int) {
  return mixed("cublasGemmBatchedEx", h, ta, tb, m, n, k, alpha, a, type_a, lda, b, type_b, ldb, beta,
               const_cast<void**>(c), type_c, ldc, Batch{count, 0, 0, 0, true}, compute);
}
