#include <map>
#include <string>

#include "diagnosis.h"

namespace emulator {
namespace {

const std::map<Status, const char*> names = {
    {success, "CUDA_SUCCESS"},
    {invalid_value, "CUDA_ERROR_INVALID_VALUE"},
    {out_of_memory, "CUDA_ERROR_OUT_OF_MEMORY"},
    {not_initialized, "CUDA_ERROR_NOT_INITIALIZED"},
    {invalid_device, "CUDA_ERROR_INVALID_DEVICE"},
    {invalid_image, "CUDA_ERROR_INVALID_IMAGE"},
    {invalid_context, "CUDA_ERROR_INVALID_CONTEXT"},
    {301, "CUDA_ERROR_FILE_NOT_FOUND"},
    {invalid_handle, "CUDA_ERROR_INVALID_HANDLE"},
    {illegal_state, "CUDA_ERROR_ILLEGAL_STATE"},
    {not_found, "CUDA_ERROR_NOT_FOUND"},
    {illegal_address, "CUDA_ERROR_ILLEGAL_ADDRESS"},
    {launch_out_of_resources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"},
    {cooperative_launch_too_large, "CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE"},
    {misaligned_address, "CUDA_ERROR_MISALIGNED_ADDRESS"},
    {launch_failed, "CUDA_ERROR_LAUNCH_FAILED"},
    {not_supported, "CUDA_ERROR_NOT_SUPPORTED"},
    {capture_unsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"},
    {capture_invalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"},
    {capture_unmatched, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED"},
    {capture_unjoined, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED"},
    {capture_isolation, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION"},
    {capture_implicit, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT"},
    {captured_event, "CUDA_ERROR_CAPTURED_EVENT"},
    {capture_wrong_thread, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD"},
};

}  // namespace
}  // namespace emulator

using namespace emulator;

API Status cuGetErrorName(Status status, const char** name) {
  auto found = names.find(status);
  *name = found == names.end() ? nullptr : found->second;
  return found == names.end() ? invalid_value : success;
}

// The thread's last diagnosis with this status, which says more than the name does.
API Status cuGetErrorString(Status status, const char** text) {
  thread_local std::string kept;
  kept = last_diagnosis(status);
  if (kept.empty()) {
    return cuGetErrorName(status, text);
  }
  *text = kept.c_str();
  return success;
}
