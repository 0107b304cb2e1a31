// gesvd, gesvdj, gesvdaStridedBatched, Xgesvd and Xgesvdp.
#include <algorithm>

#include "handle.h"
#include "parameters.h"

namespace emulator {
namespace {

// Where the results of one decomposition go. U and V hold as many columns as are asked for; address null: none.
template <class T>
struct Targets {
  DeviceMatrix<T> a;
  T* sigma;
  DeviceMatrix<T> u;
  DeviceMatrix<T> v;
  bool v_transposed;
  int64_t rank;  // singular values that are asked for
};

template <class T>
constexpr double tolerance = sizeof(T) == 4 ? 1e-9 : 1e-15;

int64_t workspace_elements(int64_t m, int64_t n) { return 4 * std::max(m, n) + m * n + 64; }

std::string describe(const char* name, int64_t m, int64_t n) {
  return std::string(name) + "(m=" + std::to_string(m) + ", n=" + std::to_string(n) + ")";
}

template <class T>
Status check(const std::string& call, const Targets<T>& t) {
  Status status = first_failure(t.a.check(call), device_vector("S", t.sigma, t.rank).check(call));
  if (t.u.address != nullptr) {
    status = first_failure(status, t.u.check(call));
  }
  if (t.v.address != nullptr) {
    status = first_failure(status, t.v.check(call));
  }
  return status;
}

// Reads A and writes U, S and V, and the norm of what the rank leaves out.
template <class T>
bool decompose(const Targets<T>& t, double* left_out) {
  bool exact = t.a.squares_in_range();
  Svd result = svd(t.a.read(), tolerance<T>);
  double rest = 0;
  for (size_t i = t.rank; i < result.sigma.size(); i++) {
    rest += result.sigma[i] * result.sigma[i];
  }
  *left_out = std::sqrt(rest);
  result.sigma.resize(t.rank);
  device_vector("S", t.sigma, t.rank).write(column_of<T>(result.sigma));
  if (t.u.address != nullptr) {
    t.u.write(complete_basis(result.u, std::max(t.u.columns, result.u.columns)));
  }
  if (t.v.address != nullptr) {
    int64_t columns = t.v_transposed ? t.v.rows : t.v.columns;
    Matrix v = complete_basis(result.v, std::max(columns, result.v.columns));
    if (t.v_transposed) {
      Matrix vt = transposed(v);
      Matrix cut(columns, vt.columns);
      for (int64_t j = 0; j < vt.columns; j++) {
        std::copy_n(vt.column(j), columns, cut.column(j));
      }
      t.v.write(cut);
    } else {
      t.v.write(v);
    }
  }
  if (!exact) {
    device_vector("S", t.sigma, t.rank).destroy();
    for (const DeviceMatrix<T>& vectors : {t.u, t.v}) {
      if (vectors.address != nullptr) {
        vectors.destroy();
      }
    }
  }
  return result.converged;
}

template <class T>
SolverStatus run(const std::string& call, SolverHandle* handle, const Targets<T>& t, const Workspace& work, int* info,
                 double* error = nullptr) {
  bool wrong = t.a.wrong() || (t.u.address != nullptr && t.u.wrong()) || (t.v.address != nullptr && t.v.wrong());
  if (wrong) {
    return refuse(call, "an argument is out of its range");
  }
  return submit_waiting(handle, call, [=] {
    Status status = first_failure(check(call, t), work.check(call), check_operand(call, "info", info, 4));
    if (status != success) {
      return status;
    }
    double left_out;
    bool converged = decompose(t, &left_out);
    t.a.destroy();
    work.overwrite();
    *info = converged ? 0 : 1;
    if (error != nullptr) {
      *error = 0;
    }
    return success;
  });
}

// jobu and jobvt are letters: all columns, the first ones, or none. "O", over A, is not offered.
template <class T>
SolverStatus gesvd(const char* name, SolverHandle* handle, signed char jobu, signed char jobvt, int64_t m, int64_t n, T* a,
                   int64_t lda, T* s, T* u, int64_t ldu, T* vt, int64_t ldvt, Workspace work, int* info) {
  std::string call = describe(name, m, n);
  auto known = [](signed char job) { return job == 'A' || job == 'S' || job == 'N'; };
  if (m < n) {
    return refuse(call, "fewer rows than columns are not supported");
  }
  if (!known(jobu) || !known(jobvt)) {
    return refuse(call, "jobu or jobvt is none of A, S, N");
  }
  Targets<T> t{{"A", a, m, n, lda},
               s,
               {"U", jobu == 'N' ? nullptr : u, m, jobu == 'A' ? m : n, ldu},
               {"VT", jobvt == 'N' ? nullptr : vt, n, n, ldvt},
               true,
               n};
  return run(call, handle, t, work, info);
}

template <class T>
Targets<T> jacobi_targets(int jobz, int economy, int64_t m, int64_t n, T* a, int64_t lda, T* s, T* u, int64_t ldu, T* v,
                          int64_t ldv) {
  int64_t k = std::min(m, n);
  bool wanted = jobz == vectors;
  return {{"A", a, m, n, lda},
          s,
          {"U", wanted ? u : nullptr, m, economy ? k : m, ldu},
          {"V", wanted ? v : nullptr, n, economy ? k : n, ldv},
          false,
          k};
}

template <class T>
SolverStatus gesvda(const char* name, SolverHandle* handle, int jobz, int64_t rank, int64_t m, int64_t n, const T* a,
                    int64_t lda, int64_t stride_a, T* s, int64_t stride_s, T* u, int64_t ldu, int64_t stride_u, T* v,
                    int64_t ldv, int64_t stride_v, Workspace work, int* info, double* residuals, int64_t count) {
  std::string call = describe(name, m, n);
  if (m < n) {
    return refuse(call, "fewer rows than columns are not supported");
  }
  if (residuals != nullptr && !host_writable(residuals, count * sizeof(double))) {
    return refuse(call, "h_R_nrmF is no memory of the host");
  }
  if (rank < 1 || rank > n || count < 0 || lda < m || (jobz == vectors && (ldu < m || ldv < n))) {
    return refuse(call, "an argument is out of its range");
  }
  return submit_waiting(handle, call, [=] {
    Status status = first_failure(work.check(call), check_operand(call, "info", info, count * sizeof(int)));
    for (int64_t i = 0; i < count && status == success; i++) {
      Targets<T> t{{"A", const_cast<T*>(a) + i * stride_a, m, n, lda},
                   s + i * stride_s,
                   {"U", jobz == vectors ? u + i * stride_u : nullptr, m, rank, ldu},
                   {"V", jobz == vectors ? v + i * stride_v : nullptr, n, rank, ldv},
                   false,
                   rank};
      status = check(call, t);
      if (status == success) {
        double left_out;
        info[i] = decompose(t, &left_out) ? 0 : 1;
        if (residuals != nullptr) {
          residuals[i] = left_out;
        }
      }
    }
    if (status == success) {
      work.overwrite();
    }
    return status;
  });
}

template <class T>
Workspace workspace(T* work, int elements, int64_t m, int64_t n) {
  return {work, elements * sizeof(T), workspace_elements(m, n) * sizeof(T)};
}

SolverStatus size_of(SolverHandle* handle, int64_t m, int64_t n, int* elements) {
  *elements = static_cast<int>(workspace_elements(m, n));
  return is_handle(handle) ? solver_success : solver_not_initialized;
}

bool one_type(int type, int type_s, int type_u, int type_v, int compute) {
  return (type == real_32 || type == real_64) && type == type_s && type == type_u && type == type_v && type == compute;
}

size_t bytes_of(int type) { return type == real_32 ? 4 : 8; }

template <class T>
SolverStatus gesvdp(SolverHandle* handle, int jobz, int economy, int64_t m, int64_t n, void* a, int64_t lda, void* s, void* u,
                    int64_t ldu, void* v, int64_t ldv, Workspace work, int* info, double* error) {
  Targets<T> t = jacobi_targets<T>(jobz, economy, m, n, static_cast<T*>(a), lda, static_cast<T*>(s), static_cast<T*>(u), ldu,
                                   static_cast<T*>(v), ldv);
  return run(describe("cusolverDnXgesvdp", m, n), handle, t, work, info, error);
}

template <class T>
SolverStatus xgesvd(SolverHandle* handle, signed char jobu, signed char jobvt, int64_t m, int64_t n, void* a, int64_t lda,
                    void* s, void* u, int64_t ldu, void* vt, int64_t ldvt, Workspace work, int* info) {
  return gesvd<T>("cusolverDnXgesvd", handle, jobu, jobvt, m, n, static_cast<T*>(a), lda, static_cast<T*>(s),
                  static_cast<T*>(u), ldu, static_cast<T*>(vt), ldvt, work, info);
}

}  // namespace
}  // namespace emulator

using namespace emulator;

#define SINGULAR(letter, T)                                                                                                \
  API SolverStatus cusolverDn##letter##gesvd_bufferSize(SolverHandle* h, int m, int n, int* elements) {                    \
    return m < n ? refuse("cusolverDn" #letter "gesvd_bufferSize", "fewer rows than columns are not supported")            \
                 : size_of(h, m, n, elements);                                                                             \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##gesvd(SolverHandle* h, signed char jobu, signed char jobvt, int m, int n, T* a,     \
                                             int lda, T* s, T* u, int ldu, T* vt, int ldvt, T* work, int elements, T*,     \
                                             int* info) {                                                                  \
    return gesvd<T>("cusolverDn" #letter "gesvd", h, jobu, jobvt, m, n, a, lda, s, u, ldu, vt, ldvt,                       \
                    workspace(work, elements, m, n), info);                                                                \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##gesvdj_bufferSize(SolverHandle* h, int, int, int m, int n, const T*, int, const T*, \
                                                         const T*, int, const T*, int, int* elements, JacobiInfo*) {       \
    return size_of(h, m, n, elements);                                                                                     \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##gesvdj(SolverHandle* h, int jobz, int economy, int m, int n, T* a, int lda, T* s,   \
                                              T* u, int ldu, T* v, int ldv, T* work, int elements, int* info, JacobiInfo*) { \
    return run(describe("cusolverDn" #letter "gesvdj", m, n), h,                                                           \
               jacobi_targets<T>(jobz, economy, m, n, a, lda, s, u, ldu, v, ldv), workspace(work, elements, m, n), info);  \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##gesvdaStridedBatched_bufferSize(                                                    \
      SolverHandle* h, int, int, int m, int n, const T*, int, long long, const T*, long long, const T*, int, long long,    \
      const T*, int, long long, int* elements, int) {                                                                      \
    return size_of(h, m, n, elements);                                                                                     \
  }                                                                                                                        \
  API SolverStatus cusolverDn##letter##gesvdaStridedBatched(                                                               \
      SolverHandle* h, int jobz, int rank, int m, int n, const T* a, int lda, long long stride_a, T* s, long long stride_s, \
      T* u, int ldu, long long stride_u, T* v, int ldv, long long stride_v, T* work, int elements, int* info,              \
      double* residuals, int count) {                                                                                      \
    return gesvda<T>("cusolverDn" #letter "gesvdaStridedBatched", h, jobz, rank, m, n, a, lda, stride_a, s, stride_s, u,   \
                     ldu, stride_u, v, ldv, stride_v, workspace(work, elements, m, n), info, residuals, count);            \
  }

SINGULAR(S, float)
SINGULAR(D, double)

API SolverStatus cusolverDnXgesvdp_bufferSize(SolverHandle* h, Parameters*, int, int, int64_t m, int64_t n, int type,
                                              const void*, int64_t, int type_s, const void*, int type_u, const void*, int64_t,
                                              int type_v, const void*, int64_t, int compute, size_t* device_bytes,
                                              size_t* host_bytes) {
  if (!one_type(type, type_s, type_u, type_v, compute)) {
    return refuse("cusolverDnXgesvdp_bufferSize", "types that are not supported together", solver_not_supported);
  }
  return sizes_of(h, workspace_elements(m, n) * bytes_of(type), 8 * std::max(m, n), device_bytes, host_bytes);
}

API SolverStatus cusolverDnXgesvdp(SolverHandle* h, Parameters*, int jobz, int economy, int64_t m, int64_t n, int type,
                                   void* a, int64_t lda, int type_s, void* s, int type_u, void* u, int64_t ldu, int type_v,
                                   void* v, int64_t ldv, int compute, void* work, size_t bytes, void* host_work,
                                   size_t host_bytes, int* info, double* error) {
  const char* name = "cusolverDnXgesvdp";
  if (!one_type(type, type_s, type_u, type_v, compute)) {
    return refuse(name, "types that are not supported together", solver_not_supported);
  }
  size_t host_needed = 8 * std::max(m, n);
  if (host_bytes < host_needed || !host_writable(host_work, host_needed) || !host_writable(error, sizeof *error)) {
    return refuse(name, "the workspace on the host is too small or no memory, or h_err_sigma is none");
  }
  Workspace workspace{work, bytes, workspace_elements(m, n) * bytes_of(type)};
  return type == real_32 ? gesvdp<float>(h, jobz, economy, m, n, a, lda, s, u, ldu, v, ldv, workspace, info, error)
                         : gesvdp<double>(h, jobz, economy, m, n, a, lda, s, u, ldu, v, ldv, workspace, info, error);
}

API SolverStatus cusolverDnXgesvd_bufferSize(SolverHandle* h, Parameters*, signed char, signed char, int64_t m, int64_t n,
                                             int type, const void*, int64_t, int, const void*, int, const void*, int64_t, int,
                                             const void*, int64_t, int, size_t* device_bytes, size_t* host_bytes) {
  return sizes_of(h, workspace_elements(m, n) * bytes_of(type), 0, device_bytes, host_bytes);
}

API SolverStatus cusolverDnXgesvd(SolverHandle* h, Parameters*, signed char jobu, signed char jobvt, int64_t m, int64_t n,
                                  int type, void* a, int64_t lda, int type_s, void* s, int type_u, void* u, int64_t ldu,
                                  int type_v, void* vt, int64_t ldvt, int compute, void* work, size_t bytes, void*, size_t,
                                  int* info) {
  if (!one_type(type, type_s, type_u, type_v, compute)) {
    return refuse("cusolverDnXgesvd", "types that are not supported together", solver_not_supported);
  }
  Workspace workspace{work, bytes, workspace_elements(m, n) * bytes_of(type)};
  return type == real_32 ? xgesvd<float>(h, jobu, jobvt, m, n, a, lda, s, u, ldu, vt, ldvt, workspace, info)
                         : xgesvd<double>(h, jobu, jobvt, m, n, a, lda, s, u, ldu, vt, ldvt, workspace, info);
}
