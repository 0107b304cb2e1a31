// geqrf, orgqr, ormqr.
#include <algorithm>

#include "handle.h"

namespace emulator {
namespace {

// Elements; some blocks of columns, as in LAPACK.
int64_t workspace_elements(int64_t columns) { return 32 * std::max<int64_t>(1, columns); }

std::string describe(const char* name, int64_t m, int64_t n) {
  return std::string(name) + "(m=" + std::to_string(m) + ", n=" + std::to_string(n) + ")";
}

template <class T>
SolverStatus size_of(SolverHandle* handle, int64_t columns, int* elements) {
  if (!is_handle(handle)) {
    return solver_not_initialized;
  }
  *elements = static_cast<int>(workspace_elements(columns));
  return solver_success;
}

template <class T>
Workspace workspace(T* work, int elements, int64_t columns) {
  return {work, elements * sizeof(T), workspace_elements(columns) * sizeof(T)};
}

template <class T>
SolverStatus geqrf(const char* name, SolverHandle* handle, DeviceMatrix<T> a, T* tau, Workspace work, int* info) {
  std::string call = describe(name, a.rows, a.columns);
  if (a.wrong()) {
    return refuse(call, "an argument is out of its range");
  }
  auto taus = device_vector("tau", tau, std::min(a.rows, a.columns));
  return submit(handle, [=] {
    Status status = first_failure(a.check(call), taus.check(call), work.check(call), check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    Matrix factors = a.read();
    Matrix reflections = column_of<T>(factor_qr(factors));
    work.overwrite();
    bool exact = a.squares_in_range();
    a.write(factors);
    taus.write(reflections);
    if (!exact) {
      a.destroy();
    }
    *info = 0;
    return success;
  });
}

template <class T>
SolverStatus orgqr(const char* name, SolverHandle* handle, DeviceMatrix<T> a, int64_t k, const T* tau, Workspace work,
                   int* info) {
  std::string call = describe(name, a.rows, a.columns);
  if (a.wrong() || k < 0 || k > a.columns || a.columns > a.rows) {
    return refuse(call, "an argument is out of its range");
  }
  auto taus = device_vector("tau", const_cast<T*>(tau), k);
  return submit(handle, [=] {
    Status status = first_failure(a.check(call), taus.check(call), work.check(call), check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    Matrix q(a.rows, a.columns);
    for (int64_t j = 0; j < q.columns; j++) {
      q.at(j, j) = 1;
    }
    apply_q(a.read(), taus.read().data, k, false, q);
    work.overwrite();
    a.write(q);
    *info = 0;
    return success;
  });
}

template <class T>
SolverStatus ormqr(const char* name, SolverHandle* handle, int side, int operation, DeviceMatrix<T> a, const T* tau,
                   DeviceMatrix<T> c, Workspace work, int* info) {
  std::string call = describe(name, c.rows, c.columns);
  bool from_left = side == 0;
  int64_t k = a.columns;
  if (a.wrong() || c.wrong() || k > a.rows || side < 0 || side > 1) {
    return refuse(call, "an argument is out of its range");
  }
  auto taus = device_vector("tau", const_cast<T*>(tau), k);
  return submit(handle, [=] {
    Status status = first_failure(a.check(call), taus.check(call), c.check(call), work.check(call),
                                  check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    // C Q is (Q' C')'.
    Matrix product = from_left ? c.read() : transposed(c.read());
    apply_q(a.read(), taus.read().data, k, (operation != 0) == from_left, product);
    work.overwrite();
    c.write(from_left ? product : transposed(product));
    *info = 0;
    return success;
  });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define QR(letter, T)                                                                                                      \
  API SolverStatus cusolverDn##letter##geqrf_bufferSize(SolverHandle* h, int, int n, T*, int, int* elements) {             \
    return size_of<T>(h, n, elements);                                                                                     \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##geqrf(SolverHandle* h, int m, int n, T* a, int lda, T* tau, T* work, int elements,  \
                                             int* info) {                                                                  \
    return geqrf<T>("cusolverDn" #letter "geqrf", h, {"A", a, m, n, lda}, tau, workspace(work, elements, n), info);        \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##orgqr_bufferSize(SolverHandle* h, int, int n, int, const T*, int, const T*,         \
                                                        int* elements) {                                                   \
    return size_of<T>(h, n, elements);                                                                                     \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##orgqr(SolverHandle* h, int m, int n, int k, T* a, int lda, const T* tau, T* work,   \
                                             int elements, int* info) {                                                    \
    return orgqr<T>("cusolverDn" #letter "orgqr", h, {"A", a, m, n, lda}, k, tau, workspace(work, elements, n), info);     \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##ormqr_bufferSize(SolverHandle* h, int, int, int, int n, int, const T*, int, const T*, \
                                                        const T*, int, int* elements) {                                    \
    return size_of<T>(h, n, elements);                                                                                     \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##ormqr(SolverHandle* h, int side, int op, int m, int n, int k, const T* a, int lda,  \
                                             const T* tau, T* c, int ldc, T* work, int elements, int* info) {              \
    return ormqr<T>("cusolverDn" #letter "ormqr", h, side, op, {"A", const_cast<T*>(a), side == 0 ? m : n, k, lda}, tau,   \
                    {"C", c, m, n, ldc}, workspace(work, elements, n), info);                                              \
  }

QR(S, float)
QR(D, double)
