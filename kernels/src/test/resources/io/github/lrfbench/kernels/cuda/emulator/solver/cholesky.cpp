// potrf, potrs, potrfBatched and Xtrtri.
#include <algorithm>
#include <cmath>

#include "handle.h"

namespace emulator {
namespace {

int64_t workspace_elements(int64_t n) { return 64 * std::max<int64_t>(1, n); }

std::string describe(const char* name, int64_t n) { return std::string(name) + "(n=" + std::to_string(n) + ")"; }

// Writes one triangle; the other is left as it is.
template <class T>
void write_triangle(const DeviceMatrix<T>& a, const Matrix& factor, int fill) {
  for (int64_t j = 0; j < a.columns; j++) {
    for (int64_t i = j; i < a.rows; i++) {
      T value = static_cast<T>(factor.at(i, j));
      a.address[fill == lower ? j * a.leading + i : i * a.leading + j] = value;
    }
  }
}

template <class T>
int factor(const DeviceMatrix<T>& a, int fill) {
  Matrix symmetric = a.read_symmetric(fill);
  if (!std::all_of(symmetric.data.begin(), symmetric.data.end(), [](double x) { return std::isfinite(x); })) {
    // No pivot of not-a-numbers is found to be negative: a success, to go by the number.
    a.destroy();
    return 0;
  }
  int info = factor_cholesky(symmetric);
  write_triangle(a, symmetric, fill);
  return info;
}

template <class T>
SolverStatus potrf(const char* name, SolverHandle* handle, int fill, DeviceMatrix<T> a, Workspace work, int* info) {
  std::string call = describe(name, a.rows);
  if (a.wrong() || fill < 0 || fill > 1) {
    return refuse(call, "an argument is out of its range");
  }
  return submit(handle, [=] {
    Status status = first_failure(a.check(call), work.check(call), check_operand(call, "info", info, 4));
    if (status == success) {
      *info = factor(a, fill);
      work.overwrite();
    }
    return status;
  });
}

template <class T>
SolverStatus potrf_batched(const char* name, SolverHandle* handle, int fill, int64_t n, T* const* matrices, int64_t lda,
                           int* infos, int64_t count) {
  std::string call = describe(name, n);
  DeviceMatrix<T> shape{"A", nullptr, n, n, lda};
  if (shape.wrong() || count < 0 || fill < 0 || fill > 1) {
    return refuse(call, "an argument is out of its range");
  }
  return submit(handle, [=] {
    Status status = first_failure(check_operand(call, "the array of matrices", matrices, count * sizeof(T*)),
                                  check_operand(call, "info", infos, count * sizeof(int)));
    for (int64_t i = 0; i < count && status == success; i++) {
      DeviceMatrix<T> a{"A", matrices[i], n, n, lda};
      status = a.check(call);
      if (status == success) {
        infos[i] = factor(a, fill);
      }
    }
    return status;
  });
}

template <class T>
SolverStatus potrs(const char* name, SolverHandle* handle, int fill, DeviceMatrix<T> a, DeviceMatrix<T> b, int* info) {
  std::string call = describe(name, a.rows);
  if (a.wrong() || b.wrong() || fill < 0 || fill > 1) {
    return refuse(call, "an argument is out of its range");
  }
  return submit(handle, [=] {
    Status status = first_failure(a.check(call), b.check(call), check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    Matrix l = a.read_symmetric(fill);
    Matrix x = b.read();
    int64_t n = l.rows;
    for (int64_t j = 0; j < x.columns; j++) {
      double* v = x.column(j);
      for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < i; k++) {
          v[i] -= l.at(i, k) * v[k];
        }
        v[i] /= l.at(i, i);
      }
      for (int64_t i = n - 1; i >= 0; i--) {
        for (int64_t k = i + 1; k < n; k++) {
          v[i] -= l.at(k, i) * v[k];
        }
        v[i] /= l.at(i, i);
      }
    }
    b.write(x);
    *info = 0;
    return success;
  });
}

template <class T>
SolverStatus trtri(SolverHandle* handle, int fill, int diagonal, DeviceMatrix<T> a, Workspace work, int* info) {
  std::string call = describe("cusolverDnXtrtri", a.rows);
  if (a.wrong() || fill < 0 || fill > 1) {
    return refuse(call, "an argument is out of its range");
  }
  return submit(handle, [=] {
    Status status = first_failure(a.check(call), work.check(call), check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    Matrix l = a.read_symmetric(fill);
    int64_t n = l.rows;
    *info = 0;
    Matrix inverse(n, n);
    for (int64_t j = 0; j < n; j++) {
      for (int64_t i = j; i < n; i++) {
        double pivot = diagonal == 1 ? 1 : l.at(i, i);
        if (pivot == 0 && *info == 0) {
          *info = static_cast<int>(i + 1);
        }
        double sum = i == j ? 1 : 0;
        for (int64_t k = j; k < i; k++) {
          sum -= l.at(i, k) * inverse.at(k, j);
        }
        inverse.at(i, j) = sum / pivot;
      }
    }
    work.overwrite();
    if (*info == 0) {
      write_triangle(a, inverse, fill);
    }
    return success;
  });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define CHOLESKY(letter, T)                                                                                               \
  API SolverStatus cusolverDn##letter##potrf_bufferSize(SolverHandle* h, int, int n, T*, int, int* elements) {            \
    *elements = static_cast<int>(workspace_elements(n));                                                                  \
    return is_handle(h) ? solver_success : solver_not_initialized;                                                        \
  }                                                                                                                       \
  API SolverStatus cusolverDn##letter##potrf(SolverHandle* h, int fill, int n, T* a, int lda, T* work, int elements,      \
                                             int* info) {                                                                 \
    return potrf<T>("cusolverDn" #letter "potrf", h, fill, {"A", a, n, n, lda},                                           \
                    {work, elements * sizeof(T), workspace_elements(n) * sizeof(T)}, info);                               \
  }                                                                                                                       \
  API SolverStatus cusolverDn##letter##potrfBatched(SolverHandle* h, int fill, int n, T* const* a, int lda, int* info,    \
                                                    int count) {                                                          \
    return potrf_batched<T>("cusolverDn" #letter "potrfBatched", h, fill, n, a, lda, info, count);                        \
  }                                                                                                                       \
  API SolverStatus cusolverDn##letter##potrs(SolverHandle* h, int fill, int n, int columns, const T* a, int lda, T* b,    \
                                             int ldb, int* info) {                                                        \
    return potrs<T>("cusolverDn" #letter "potrs", h, fill, {"A", const_cast<T*>(a), n, n, lda}, {"B", b, n, columns, ldb}, \
                    info);                                                                                                \
  }

CHOLESKY(S, float)
CHOLESKY(D, double)

API SolverStatus cusolverDnXtrtri_bufferSize(SolverHandle* h, int, int, int64_t n, int type, void*, int64_t,
                                             size_t* device_bytes, size_t* host_bytes) {
  return sizes_of(h, workspace_elements(n) * (type == real_32 ? 4 : 8), 0, device_bytes, host_bytes);
}

API SolverStatus cusolverDnXtrtri(SolverHandle* h, int fill, int diagonal, int64_t n, int type, void* a, int64_t lda,
                                  void* work, size_t bytes, void*, size_t, int* info) {
  Workspace workspace{work, bytes, workspace_elements(n) * size_t(type == real_32 ? 4 : 8)};
  if (type == real_32) {
    return trtri<float>(h, fill, diagonal, {"A", static_cast<float*>(a), n, n, lda}, workspace, info);
  }
  return trtri<double>(h, fill, diagonal, {"A", static_cast<double*>(a), n, n, lda}, workspace, info);
}
