#include "handle.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cstring>

#include "../driver/handles.h"

namespace emulator {
namespace {

Handles<SolverHandle> handles;

SolverStatus status_of(Status status) { return status == success ? solver_success : solver_execution_failed; }

}  // namespace

bool is_handle(SolverHandle* handle) { return handles.contains(handle); }

SolverStatus refuse(const std::string& call, const std::string& why, SolverStatus status) {
  fail(invalid_value, call + ": " + why);
  return status;
}

SolverStatus submit(SolverHandle* handle, Work work) {
  if (!is_handle(handle)) {
    return solver_not_initialized;
  }
  if (handle->device != current_device()) {
    return refuse("a solver", "the handle is another device's", solver_execution_failed);
  }
  return status_of(enqueue(handle->stream, std::move(work)));
}

SolverStatus submit_waiting(SolverHandle* handle, const std::string& call, Work work) {
  if (!is_handle(handle)) {
    return solver_not_initialized;
  }
  if (capturing(handle->stream)) {
    check_uncaptured();
    return refuse(call, "waits for the device and cannot be captured", solver_execution_failed);
  }
  return submit(handle, std::move(work));
}

SolverStatus sizes_of(SolverHandle* handle, size_t device, size_t host, size_t* device_bytes, size_t* host_bytes) {
  if (!is_handle(handle)) {
    return solver_not_initialized;
  }
  if (!host_writable(device_bytes, sizeof device) || !host_writable(host_bytes, sizeof host)) {
    return refuse("bufferSize", "a size cannot be written to where it should go");
  }
  *device_bytes = device;
  *host_bytes = host;
  return solver_success;
}

bool host_writable(const void* address, size_t bytes) {
  std::vector<char> content(bytes);
  iovec here{content.data(), bytes};
  iovec there{const_cast<void*>(address), bytes};
  pid_t self = getpid();
  return process_vm_readv(self, &here, 1, &there, 1, 0) == static_cast<ssize_t>(bytes) &&
         process_vm_writev(self, &here, 1, &there, 1, 0) == static_cast<ssize_t>(bytes);
}

Status check_operand(const std::string& call, const char* operand, const void* address, size_t bytes) {
  std::string why;
  if (bytes == 0 || accessible(reinterpret_cast<DevicePointer>(address), bytes, &why)) {
    return success;
  }
  return fail(illegal_address, call + ", " + operand + ": " + why);
}

Status Workspace::check(const std::string& call) const {
  if (bytes < needed) {
    return fail(invalid_value, call + ": a workspace of " + std::to_string(bytes) + " bytes, but " +
                                   std::to_string(needed) + " are needed");
  }
  return check_operand(call, "workspace", address, needed);
}

void Workspace::overwrite() const {
  if (needed > 0) {
    std::memset(address, 0xff, needed);
  }
}

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

API SolverStatus cusolverGetProperty(int type, int* value) {
  const int version[] = {11, 7, 1};
  *value = version[type];
  return solver_success;
}
