#include "handle.h"

#include "../driver/handles.h"

namespace emulator {
namespace {

Handles<BlasHandle> handles;

}  // namespace

bool is_handle(BlasHandle* handle) { return handles.contains(handle); }

BlasStatus refuse(BlasStatus status, const std::string& call, const std::string& why) {
  fail(invalid_value, call + ": " + why);
  return status;
}

BlasStatus submit(BlasHandle* handle, const std::string& call, Work work) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  if (handle->device != current_device()) {
    return refuse(blas_execution_failed, call, "the handle is another device's");
  }
  if (handle->busy.exchange(true)) {
    return refuse(blas_execution_failed, call, "the handle is in use by another thread");
  }
  Status status = enqueue(handle->stream, std::move(work));
  handle->busy = false;
  return status == success ? blas_success : blas_execution_failed;
}

Status check_operand(const std::string& call, const char* operand, const void* address, size_t bytes) {
  std::string why;
  if (bytes == 0 || accessible(reinterpret_cast<DevicePointer>(address), bytes, &why)) {
    return success;
  }
  return fail(illegal_address, call + ", " + operand + ": " + why);
}

}  // namespace emulator

using namespace emulator;

API BlasStatus cublasCreate_v2(BlasHandle** handle) {
  if (check_context() != success) {
    return blas_not_initialized;
  }
  *handle = handles.add(new BlasHandle());
  return blas_success;
}

API BlasStatus cublasDestroy_v2(BlasHandle* handle) {
  if (!handles.remove(handle)) {
    return blas_not_initialized;
  }
  delete handle;
  return blas_success;
}

API BlasStatus cublasGetVersion_v2(BlasHandle*, int* version) {
  *version = 120603;
  return blas_success;
}

API BlasStatus cublasGetProperty(int type, int* value) {
  const int version[] = {12, 6, 3};
  *value = version[type];
  return blas_success;
}

API size_t cublasGetCudartVersion() { return 12060; }

// Setters and getters of one field of the handle.
#define FIELD(name, T, field)                                      \
  API BlasStatus cublasSet##name(BlasHandle* handle, T value) {    \
    if (!is_handle(handle)) {                                      \
      return blas_not_initialized;                                 \
    }                                                              \
    handle->field = value;                                         \
    return blas_success;                                           \
  }                                                                \
  API BlasStatus cublasGet##name(BlasHandle* handle, T* value) {   \
    if (!is_handle(handle)) {                                      \
      return blas_not_initialized;                                 \
    }                                                              \
    *value = handle->field;                                        \
    return blas_success;                                           \
  }

FIELD(Stream_v2, Stream*, stream)
FIELD(PointerMode_v2, int, pointer_mode)
FIELD(MathMode, int, math_mode)
FIELD(AtomicsMode, int, atomics_mode)

API BlasStatus cublasSetWorkspace_v2(BlasHandle* handle, void* workspace, size_t bytes) {
  if (!is_handle(handle)) {
    return blas_not_initialized;
  }
  if (bytes != 0 && reinterpret_cast<uintptr_t>(workspace) % 256 != 0) {
    return refuse(blas_invalid_value, "cublasSetWorkspace", "the workspace is not aligned to 256 bytes");
  }
  return check_operand("cublasSetWorkspace", "workspace", workspace, bytes) == success ? blas_success
                                                                                      : blas_invalid_value;
}

API const char* cublasGetStatusName(BlasStatus status) {
  switch (status) {
    case blas_success:
      return "CUBLAS_STATUS_SUCCESS";
    case blas_not_initialized:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case blas_invalid_value:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case blas_execution_failed:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case blas_not_supported:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "CUBLAS_STATUS_UNKNOWN";
  }
}

API const char* cublasGetStatusString(BlasStatus status) { return cublasGetStatusName(status); }
