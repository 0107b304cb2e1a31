#include "context.h"

#include <atomic>
#include <mutex>
#include <vector>

#include "device.h"
#include "diagnosis.h"
#include "memory.h"
#include "stream.h"

namespace emulator {
namespace {

std::atomic<bool> initialized{false};
std::mutex mutex;
Context primaries[max_devices] = {{true, 0, 0}, {true, 0, 1}, {true, 0, 2}, {true, 0, 3}};
std::atomic<bool> lost[max_devices];
thread_local std::vector<Context*> stack;

// As a device does when the last reference to its primary context goes; what is left is a leak.
void tear_down(int device) {
  for (const Allocation& leak : live_allocations()) {
    if (leak.device != device || lost[device]) {
      continue;
    }
    const char* kind = leak.kind == MemoryKind::pinned ? "pinned host" : "device";
    fail(success, "leak: " + std::to_string(leak.end - leak.begin) + " bytes of " + kind + " memory at " +
                      hex(leak.begin) + " were never freed");
  }
  release_all(device);
}

}  // namespace

Context* current_context() { return stack.empty() ? nullptr : stack.back(); }

Status check_context() {
  if (!initialized) {
    return not_initialized;
  }
  Context* context = current_context();
  if (context == nullptr || context->references == 0) {
    return invalid_context;
  }
  return lost[context->device] ? launch_failed : success;
}

int current_device() {
  Context* context = current_context();
  return context == nullptr ? 0 : context->device;
}

void set_lost(int device, bool is_lost) { lost[device] = is_lost; }

}  // namespace emulator

using namespace emulator;

API Status cuInit(unsigned flags) {
  if (flags != 0) {
    return invalid_value;
  }
  initialized = true;
  return success;
}

API Status cuDevicePrimaryCtxRetain(Context** context, int device) {
  if (!initialized) {
    return not_initialized;
  }
  if (!is_device(device)) {
    return invalid_device;
  }
  std::lock_guard<std::mutex> lock(mutex);
  primaries[device].references++;
  *context = &primaries[device];
  return success;
}

API Status cuDevicePrimaryCtxRelease_v2(int device) {
  if (!is_device(device)) {
    return invalid_device;
  }
  std::lock_guard<std::mutex> lock(mutex);
  if (primaries[device].references == 0) {
    return invalid_context;
  }
  if (--primaries[device].references == 0) {
    tear_down(device);
  }
  return success;
}

API Status cuDevicePrimaryCtxReset_v2(int device) {
  if (!is_device(device)) {
    return invalid_device;
  }
  std::lock_guard<std::mutex> lock(mutex);
  tear_down(device);
  return success;
}

API Status cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
  if (!is_device(device)) {
    return invalid_device;
  }
  *flags = 0;
  *active = primaries[device].references > 0;
  return success;
}

API Status cuDevicePrimaryCtxSetFlags_v2(int device, unsigned) { return is_device(device) ? success : invalid_device; }

API Status cuCtxCreate_v2(Context** context, unsigned, int device) {
  if (!initialized) {
    return not_initialized;
  }
  if (!is_device(device)) {
    return invalid_device;
  }
  *context = new Context{false, 1, device};
  stack.push_back(*context);
  return success;
}

API Status cuCtxDestroy_v2(Context* context) {
  if (context == nullptr || context->primary) {
    return invalid_context;
  }
  context->references = 0;  // kept: other threads may still hold it
  if (current_context() == context) {
    stack.pop_back();
  }
  return success;
}

API Status cuCtxSetCurrent(Context* context) {
  if (!initialized) {
    return not_initialized;
  }
  if (!stack.empty()) {
    stack.pop_back();
  }
  if (context != nullptr) {
    stack.push_back(context);
  }
  return success;
}

API Status cuCtxGetCurrent(Context** context) {
  if (!initialized) {
    return not_initialized;
  }
  *context = current_context();
  return success;
}

API Status cuCtxPushCurrent_v2(Context* context) {
  if (context == nullptr) {
    return invalid_context;
  }
  stack.push_back(context);
  return success;
}

API Status cuCtxPopCurrent_v2(Context** context) {
  if (stack.empty()) {
    return invalid_context;
  }
  if (context != nullptr) {
    *context = stack.back();
  }
  stack.pop_back();
  return success;
}

API Status cuCtxGetDevice(int* device) {
  Status status = check_context();
  *device = current_device();
  return status;
}

API Status cuCtxGetFlags(unsigned* flags) {
  *flags = 0;
  return check_context();
}

API Status cuCtxGetApiVersion(Context*, unsigned* version) {
  *version = 3020;
  return success;
}

API Status cuCtxSetLimit(int, size_t) { return check_context(); }

API Status cuCtxGetLimit(size_t* value, int) {
  *value = 0;
  return check_context();
}

API Status cuCtxSetCacheConfig(int) { return check_context(); }

API Status cuCtxGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return check_context();
}

API Status cuCtxSynchronize() {
  Status status = check_context();
  return status != success ? status : check_uncaptured();
}
