// cuSOLVER's handle and statuses.
#pragma once
#include <string>

#include "../driver/api.h"
#include "../driver/stream.h"

namespace emulator {

using SolverStatus = int;  // a cusolverStatus_t
constexpr SolverStatus solver_success = 0;
constexpr SolverStatus solver_not_initialized = 1;
constexpr SolverStatus solver_invalid_value = 3;
constexpr SolverStatus solver_execution_failed = 6;
constexpr SolverStatus solver_not_supported = 9;

struct SolverHandle {
  Stream* stream = nullptr;
};

bool is_handle(SolverHandle* handle);

}  // namespace emulator
