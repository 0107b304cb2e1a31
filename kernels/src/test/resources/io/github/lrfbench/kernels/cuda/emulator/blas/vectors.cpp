// Sums and scaled copies of matrices, and operations on vectors.
#include <algorithm>
#include <cmath>

#include "gemm.h"
#include "handle.h"

namespace emulator {
namespace {

size_t vector_bytes(int64_t n, int64_t step, size_t element) {
  return n <= 0 ? 0 : ((n - 1) * std::abs(step) + 1) * element;
}

// C = alpha op(A) + beta op(B)
template <class T>
BlasStatus geam(const char* name, BlasHandle* handle, int ta, int tb, int64_t m, int64_t n, const T* alpha, const T* a,
                int64_t lda, const T* beta, const T* b, int64_t ldb, T* c, int64_t ldc) {
  std::string call = std::string(name) + "(m=" + std::to_string(m) + ", n=" + std::to_string(n) + ")";
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  int64_t rows_a = ta == no_transpose ? m : n;
  int64_t rows_b = tb == no_transpose ? m : n;
  bool in_place = (c == a && (ta != no_transpose || lda != ldc)) || (c == b && (tb != no_transpose || ldb != ldc));
  if (m < 0 || n < 0 || alpha == nullptr || beta == nullptr || lda < std::max<int64_t>(1, rows_a) ||
      ldb < std::max<int64_t>(1, rows_b) || ldc < std::max<int64_t>(1, m) || in_place) {
    return refuse(blas_invalid_value, call, "an argument is out of its range");
  }
  auto scale_a = scalar<T>(handle, call, "alpha", alpha);
  auto scale_b = scalar<T>(handle, call, "beta", beta);
  return submit(handle, call, [=] {
    T x, y;
    Status status = scale_a(&x);
    status = status != success ? status : scale_b(&y);
    if (status == success && x != T(0)) {
      status = check_operand(call, "A", a, matrix_bytes(rows_a, m + n - rows_a, lda, sizeof(T)));
    }
    if (status == success && y != T(0)) {
      status = check_operand(call, "B", b, matrix_bytes(rows_b, m + n - rows_b, ldb, sizeof(T)));
    }
    status = status != success ? status : check_operand(call, "C", c, matrix_bytes(m, n, ldc, sizeof(T)));
    for (int64_t j = 0; j < n && status == success; j++) {
      for (int64_t i = 0; i < m; i++) {
        T from_a = x == T(0) ? T(0) : x * (ta == no_transpose ? a[j * lda + i] : a[i * lda + j]);
        T from_b = y == T(0) ? T(0) : y * (tb == no_transpose ? b[j * ldb + i] : b[i * ldb + j]);
        c[j * ldc + i] = from_a + from_b;
      }
    }
    return status;
  });
}

// C = A diag(x) or diag(x) A
template <class T>
BlasStatus dgmm(const char* name, BlasHandle* handle, int side, int64_t m, int64_t n, const T* a, int64_t lda, const T* x,
                int64_t step, T* c, int64_t ldc) {
  std::string call = std::string(name) + "(m=" + std::to_string(m) + ", n=" + std::to_string(n) + ")";
  if (m < 0 || n < 0 || lda < std::max<int64_t>(1, m) || ldc < std::max<int64_t>(1, m) || side < 0 || side > 1) {
    return refuse(blas_invalid_value, call, "an argument is out of its range");
  }
  return submit(handle, call, [=] {
    bool by_columns = side == 1;
    int64_t length = by_columns ? n : m;
    const T* first = step < 0 ? x - (length - 1) * step : x;
    Status status = check_operand(call, "A", a, matrix_bytes(m, n, lda, sizeof(T)));
    status = status != success ? status : check_operand(call, "x", x, vector_bytes(length, step, sizeof(T)));
    status = status != success ? status : check_operand(call, "C", c, matrix_bytes(m, n, ldc, sizeof(T)));
    for (int64_t j = 0; j < n && status == success; j++) {
      for (int64_t i = 0; i < m; i++) {
        c[j * ldc + i] = a[j * lda + i] * first[(by_columns ? j : i) * step];
      }
    }
    return status;
  });
}

// Writes a result to the host or the device, as the handle says.
template <class R, class Compute>
BlasStatus reduce(const char* call, BlasHandle* handle, R* result, Compute compute) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  if (result == nullptr) {
    return refuse(blas_invalid_value, call, "no place for the result");
  }
  bool to_host = handle->pointer_mode == host_pointers;
  if (to_host && capturing(handle->stream)) {
    return refuse(blas_execution_failed, call, "a result for the host cannot be captured");
  }
  return submit(handle, call, [=] {
    Status status = to_host ? success : check_operand(call, "result", result, sizeof(R));
    R value{};
    status = status != success ? status : compute(&value);
    if (status == success) {
      *result = value;
    }
    return status;
  });
}

template <class T>
Status check_vector(const char* call, const char* operand, const T* x, int64_t n, int64_t step) {
  return check_operand(call, operand, x, vector_bytes(n, step, sizeof(T)));
}

template <class T>
const T* first(const T* x, int64_t n, int64_t step) {
  return step < 0 ? x - (n - 1) * step : x;
}

template <class T>
BlasStatus nrm2(const char* call, BlasHandle* handle, int n, const T* x, int step, T* result) {
  return reduce(call, handle, result, [=](T* value) {
    Status status = check_vector(call, "x", x, n, step);
    double largest = 0;
    for (int i = 0; i < n && status == success; i++) {
      largest = std::fmax(largest, std::abs(double(x[int64_t(i) * step])));
    }
    double sum = 0;
    for (int i = 0; i < n && status == success; i++) {
      double scaled = largest == 0 ? x[int64_t(i) * step] : x[int64_t(i) * step] / largest;
      sum += scaled * scaled;
    }
    *value = static_cast<T>(largest == 0 ? std::sqrt(sum) : largest * std::sqrt(sum));
    return status;
  });
}

template <class T>
BlasStatus dot(const char* call, BlasHandle* handle, int n, const T* x, int step_x, const T* y, int step_y, T* result) {
  return reduce(call, handle, result, [=](T* value) {
    Status status = check_vector(call, "x", x, n, step_x);
    status = status != success ? status : check_vector(call, "y", y, n, step_y);
    double sum = 0;
    for (int64_t i = 0; i < n && status == success; i++) {
      sum += double(first(x, n, step_x)[i * step_x]) * first(y, n, step_y)[i * step_y];
    }
    *value = static_cast<T>(sum);
    return status;
  });
}

template <class T>
BlasStatus asum(const char* call, BlasHandle* handle, int n, const T* x, int step, T* result) {
  return reduce(call, handle, result, [=](T* value) {
    Status status = check_vector(call, "x", x, n, step);
    double sum = 0;
    for (int64_t i = 0; i < n && status == success; i++) {
      sum += std::abs(double(x[i * step]));
    }
    *value = static_cast<T>(sum);
    return status;
  });
}

// The position, from 1, of the element of largest magnitude.
template <class T>
BlasStatus iamax(const char* call, BlasHandle* handle, int n, const T* x, int step, int* result) {
  return reduce(call, handle, result, [=](int* value) {
    Status status = check_vector(call, "x", x, n, step);
    *value = n > 0 ? 1 : 0;
    for (int64_t i = 1; i < n && status == success; i++) {
      if (std::abs(x[i * step]) > std::abs(x[(*value - 1) * int64_t(step)])) {
        *value = static_cast<int>(i + 1);
      }
    }
    return status;
  });
}

template <class T>
BlasStatus scal(const char* call, BlasHandle* handle, int n, const T* alpha, T* x, int step) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  auto scale = scalar<T>(handle, call, "alpha", alpha);
  return submit(handle, call, [=] {
    T value;
    Status status = scale(&value);
    status = status != success ? status : check_vector(call, "x", x, n, step);
    for (int64_t i = 0; i < n && status == success; i++) {
      x[i * step] *= value;
    }
    return status;
  });
}

template <class T>
BlasStatus axpy(const char* call, BlasHandle* handle, int n, const T* alpha, const T* x, int step_x, T* y, int step_y) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  auto scale = scalar<T>(handle, call, "alpha", alpha);
  return submit(handle, call, [=] {
    T value;
    Status status = scale(&value);
    status = status != success ? status : check_vector(call, "x", x, n, step_x);
    status = status != success ? status : check_vector(call, "y", y, n, step_y);
    T* to = step_y < 0 ? y - int64_t(n - 1) * step_y : y;
    for (int64_t i = 0; i < n && status == success; i++) {
      to[i * step_y] += value * first(x, n, step_x)[i * step_x];
    }
    return status;
  });
}

template <class T>
BlasStatus copy(const char* call, BlasHandle* handle, int n, const T* x, int step_x, T* y, int step_y) {
  return submit(handle, call, [=] {
    Status status = check_vector(call, "x", x, n, step_x);
    status = status != success ? status : check_vector(call, "y", y, n, step_y);
    T* to = step_y < 0 ? y - int64_t(n - 1) * step_y : y;
    for (int64_t i = 0; i < n && status == success; i++) {
      to[i * step_y] = first(x, n, step_x)[i * step_x];
    }
    return status;
  });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define VECTORS(letter, T)                                                                                               \
  API BlasStatus cublas##letter##geam(BlasHandle* h, int ta, int tb, int m, int n, const T* alpha, const T* a, int lda,  \
                                      const T* beta, const T* b, int ldb, T* c, int ldc) {                               \
    return geam<T>("cublas" #letter "geam", h, ta, tb, m, n, alpha, a, lda, beta, b, ldb, c, ldc);                       \
  }                                                                                                                      \
  API BlasStatus cublas##letter##dgmm(BlasHandle* h, int side, int m, int n, const T* a, int lda, const T* x, int step,  \
                                      T* c, int ldc) {                                                                   \
    return dgmm<T>("cublas" #letter "dgmm", h, side, m, n, a, lda, x, step, c, ldc);                                     \
  }                                                                                                                      \
  API BlasStatus cublas##letter##nrm2_v2(BlasHandle* h, int n, const T* x, int step, T* result) {                        \
    return nrm2<T>("cublas" #letter "nrm2", h, n, x, step, result);                                                      \
  }                                                                                                                      \
  API BlasStatus cublas##letter##dot_v2(BlasHandle* h, int n, const T* x, int step_x, const T* y, int step_y, T* result) { \
    return dot<T>("cublas" #letter "dot", h, n, x, step_x, y, step_y, result);                                           \
  }                                                                                                                      \
  API BlasStatus cublas##letter##asum_v2(BlasHandle* h, int n, const T* x, int step, T* result) {                        \
    return asum<T>("cublas" #letter "asum", h, n, x, step, result);                                                      \
  }                                                                                                                      \
  API BlasStatus cublas##letter##scal_v2(BlasHandle* h, int n, const T* alpha, T* x, int step) {                         \
    return scal<T>("cublas" #letter "scal", h, n, alpha, x, step);                                                       \
  }                                                                                                                      \
  API BlasStatus cublas##letter##axpy_v2(BlasHandle* h, int n, const T* alpha, const T* x, int step_x, T* y, int step_y) { \
    return axpy<T>("cublas" #letter "axpy", h, n, alpha, x, step_x, y, step_y);                                          \
  }                                                                                                                      \
  API BlasStatus cublas##letter##copy_v2(BlasHandle* h, int n, const T* x, int step_x, T* y, int step_y) {               \
    return copy<T>("cublas" #letter "copy", h, n, x, step_x, y, step_y);                                                 \
  }

VECTORS(S, float)
VECTORS(D, double)

API BlasStatus cublasIsamax_v2(BlasHandle* h, int n, const float* x, int step, int* result) {
  return iamax<float>("cublasIsamax", h, n, x, step, result);
}

API BlasStatus cublasIdamax_v2(BlasHandle* h, int n, const double* x, int step, int* result) {
  return iamax<double>("cublasIdamax", h, n, x, step, result);
}
