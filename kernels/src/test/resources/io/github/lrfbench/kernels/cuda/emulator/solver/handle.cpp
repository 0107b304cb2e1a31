#include "handle.h"

#include "../driver/context.h"
#include "../driver/handles.h"

namespace emulator {
namespace {

Handles<SolverHandle> handles;

}  // namespace

bool is_handle(SolverHandle* handle) { return handles.contains(handle); }

}  // namespace emulator

using namespace emulator;

API SolverStatus cusolverDnCreate(SolverHandle** handle) {
  if (check_context() != success) {
    return solver_not_initialized;
  }
  *handle = handles.add(new SolverHandle());
  return solver_success;
}

API SolverStatus cusolverDnDestroy(SolverHandle* handle) {
  if (!handles.remove(handle)) {
    return solver_not_initialized;
  }
  delete handle;
  return solver_success;
}

API SolverStatus cusolverDnSetStream(SolverHandle* handle, Stream* stream) {
  if (!is_handle(handle)) {
    return solver_not_initialized;
  }
  handle->stream = stream;
  return solver_success;
}

API SolverStatus cusolverDnGetStream(SolverHandle* handle, Stream** stream) {
  if (!is_handle(handle)) {
    return solver_not_initialized;
  }
  *stream = handle->stream;
  return solver_success;
}

API SolverStatus cusolverGetVersion(int* version) {
  *version = 11701;
  return solver_success;
}
