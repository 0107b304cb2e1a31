// syevd, syevdx, syevj and Xsyevd.
#include <algorithm>

#include "handle.h"
#include "parameters.h"

namespace emulator {
namespace {

enum Range { range_all = 1001, range_index = 1002, range_value = 1003 };

struct Selection {
  int range = range_all;
  double low = 0, high = 0;      // (low, high]
  int64_t first = 0, last = 0;   // from 1
  int* count = nullptr;          // on the host
};

int64_t workspace_elements(int64_t n) { return 1 + 6 * n + 2 * n * n; }

template <class T>
SolverStatus eigen(const char* name, SolverHandle* handle, int jobz, int fill, DeviceMatrix<T> a, T* w, Workspace work,
                   int* info, Selection selection) {
  std::string call = std::string(name) + "(n=" + std::to_string(a.rows) + ")";
  bool indices = selection.range == range_index;
  if (a.wrong() || jobz < 0 || jobz > 1 || fill < 0 || fill > 1 || selection.range < range_all ||
      selection.range > range_value ||
      (indices && (selection.first < 1 || selection.last > a.rows || selection.first > selection.last))) {
    return refuse(call, "an argument is out of its range");
  }
  bool counted = selection.range != range_all || selection.count != nullptr;
  if (counted && !host_writable(selection.count, sizeof(int))) {
    return refuse(call, "h_meig is no memory of the host");
  }
  auto values = device_vector("W", w, a.rows);
  return submit_waiting(handle, call, [=] {
    Status status = first_failure(a.check(call), values.check(call), work.check(call), check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    bool exact = a.squares_in_range();
    Matrix vectors_of = a.read_symmetric(fill);
    std::vector<double> all;
    bool converged = symmetric_eigen(vectors_of, all);
    work.overwrite();
    int64_t first = indices ? selection.first - 1 : 0;
    int64_t end = indices ? selection.last : a.rows;
    if (selection.range == range_value) {
      auto above = [&](double limit) { return std::upper_bound(all.begin(), all.end(), limit) - all.begin(); };
      first = above(selection.low);
      end = above(selection.high);
    }
    Matrix chosen(a.rows, end - first);
    std::copy(vectors_of.column(first), vectors_of.column(first) + a.rows * (end - first), chosen.data.begin());
    values.destroy();
    device_vector("W", w, end - first).write(column_of<T>({all.begin() + first, all.begin() + end}));
    a.destroy();
    if (jobz == vectors) {
      a.write(chosen);
    }
    if (!exact) {
      values.destroy();
      a.destroy();
    }
    if (counted) {
      *selection.count = static_cast<int>(end - first);
    }
    *info = converged ? 0 : 1;
    return success;
  });
}

SolverStatus size_of(SolverHandle* handle, int64_t n, int* elements) {
  if (!is_handle(handle) || n < 0) {
    return is_handle(handle) ? solver_invalid_value : solver_not_initialized;
  }
  *elements = static_cast<int>(workspace_elements(n));
  return solver_success;
}

template <class T>
Workspace workspace(T* work, int elements, int64_t n) {
  return {work, elements * sizeof(T), workspace_elements(n) * sizeof(T)};
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define EIGEN(letter, T)                                                                                                   \
  API SolverStatus cusolverDn##letter##syevd_bufferSize(SolverHandle* h, int, int, int n, const T*, int, const T*,         \
                                                        int* elements) {                                                   \
    return size_of(h, n, elements);                                                                                        \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##syevd(SolverHandle* h, int jobz, int fill, int n, T* a, int lda, T* w, T* work,     \
                                             int elements, int* info) {                                                    \
    return eigen<T>("cusolverDn" #letter "syevd", h, jobz, fill, {"A", a, n, n, lda}, w, workspace(work, elements, n), info, \
                    Selection());                                                                                          \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##syevdx_bufferSize(SolverHandle* h, int, int, int, int n, const T*, int, T, T, int,  \
                                                         int, int*, const T*, int* elements) {                             \
    return size_of(h, n, elements);                                                                                        \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##syevdx(SolverHandle* h, int jobz, int range, int fill, int n, T* a, int lda, T low, \
                                              T high, int first, int last, int* count, T* w, T* work, int elements,        \
                                              int* info) {                                                                 \
    return eigen<T>("cusolverDn" #letter "syevdx", h, jobz, fill, {"A", a, n, n, lda}, w, workspace(work, elements, n),    \
                    info, Selection{range, low, high, first, last, count});                                                \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##syevj_bufferSize(SolverHandle* h, int, int, int n, const T*, int, const T*,         \
                                                        int* elements, JacobiInfo*) {                                      \
    return size_of(h, n, elements);                                                                                        \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##syevj(SolverHandle* h, int jobz, int fill, int n, T* a, int lda, T* w, T* work,     \
                                             int elements, int* info, JacobiInfo*) {                                       \
    return eigen<T>("cusolverDn" #letter "syevj", h, jobz, fill, {"A", a, n, n, lda}, w, workspace(work, elements, n), info, \
                    Selection());                                                                                          \
  }

EIGEN(S, float)
EIGEN(D, double)

API SolverStatus cusolverDnXsyevd_bufferSize(SolverHandle* h, Parameters*, int, int, int64_t n, int type, const void*, int64_t,
                                             int, const void*, int, size_t* device_bytes, size_t* host_bytes) {
  return sizes_of(h, workspace_elements(n) * (type == real_32 ? 4 : 8), 0, device_bytes, host_bytes);
}

API SolverStatus cusolverDnXsyevd(SolverHandle* h, Parameters*, int jobz, int fill, int64_t n, int type, void* a, int64_t lda,
                                  int type_w, void* w, int compute, void* work, size_t bytes, void*, size_t, int* info) {
  const char* name = "cusolverDnXsyevd";
  if (type != type_w || type != compute || (type != real_32 && type != real_64)) {
    return refuse(name, "types that are not supported together", solver_not_supported);
  }
  Workspace workspace{work, bytes, workspace_elements(n) * size_t(type == real_32 ? 4 : 8)};
  if (type == real_32) {
    return eigen<float>(name, h, jobz, fill, {"A", static_cast<float*>(a), n, n, lda}, static_cast<float*>(w), workspace,
                        info, Selection());
  }
  return eigen<double>(name, h, jobz, fill, {"A", static_cast<double*>(a), n, n, lda}, static_cast<double*>(w), workspace,
                       info, Selection());
}
