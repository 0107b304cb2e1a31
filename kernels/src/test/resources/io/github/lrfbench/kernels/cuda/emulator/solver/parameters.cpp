#include "parameters.h"

#include "handle.h"

using namespace emulator;

API SolverStatus cusolverDnCreateParams(Parameters** parameters) {
  *parameters = new Parameters();
  return solver_success;
}

API SolverStatus cusolverDnDestroyParams(Parameters* parameters) {
  delete parameters;
  return solver_success;
}

API SolverStatus cusolverDnSetAdvOptions(Parameters*, int, int) { return solver_success; }

#define JACOBI(call, create)                                                                                   \
  API SolverStatus cusolverDnCreate##create##Info(JacobiInfo** info) {                                         \
    if (info == nullptr) {                                                                                     \
      return refuse("cusolverDnCreate" #create "Info", "no place for the handle");                             \
    }                                                                                                          \
    *info = new JacobiInfo();                                                                                  \
    return solver_success;                                                                                     \
  }                                                                                                            \
  API SolverStatus cusolverDnDestroy##create##Info(JacobiInfo* info) {                                         \
    delete info;                                                                                               \
    return solver_success;                                                                                     \
  }                                                                                                            \
  API SolverStatus cusolverDnX##call##SetTolerance(JacobiInfo* info, double tolerance) {                       \
    info->tolerance = tolerance;                                                                               \
    return solver_success;                                                                                     \
  }                                                                                                            \
  API SolverStatus cusolverDnX##call##SetMaxSweeps(JacobiInfo* info, int sweeps) {                             \
    info->max_sweeps = sweeps;                                                                                 \
    return solver_success;                                                                                     \
  }                                                                                                            \
  API SolverStatus cusolverDnX##call##SetSortEig(JacobiInfo* info, int sort) {                                 \
    info->sort = sort;                                                                                         \
    return solver_success;                                                                                     \
  }                                                                                                            \
  API SolverStatus cusolverDnX##call##GetSweeps(SolverHandle*, JacobiInfo* info, int* sweeps) {                \
    *sweeps = info->sweeps;                                                                                    \
    return solver_success;                                                                                     \
  }                                                                                                            \
  API SolverStatus cusolverDnX##call##GetResidual(SolverHandle*, JacobiInfo* info, double* residual) {         \
    *residual = info->residual;                                                                                \
    return solver_success;                                                                                     \
  }

JACOBI(gesvdj, Gesvdj)
JACOBI(syevj, Syevj)
