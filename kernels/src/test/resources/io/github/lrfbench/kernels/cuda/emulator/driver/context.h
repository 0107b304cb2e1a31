// The devices' contexts, and which one is current on a thread.
#pragma once
#include <atomic>

#include "api.h"

namespace emulator {

struct Context {
  bool primary;
  std::atomic<int> references{0};
  int device;
};

Context* current_context();

// Success, or the status with which a call that needs a context must end.
EXPORT Status check_context();

// The device whose context is current; 0 where none is.
EXPORT int current_device();

// From now on every call on the device fails, as after a fault that it does not recover from; or no more.
void set_lost(int device, bool lost);

}  // namespace emulator
