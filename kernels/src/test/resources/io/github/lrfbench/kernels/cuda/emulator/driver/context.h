// The one device's contexts, and which one is current on a thread.
#pragma once
#include "api.h"

namespace emulator {

struct Context {
  bool primary;
  int references;
};

Context* current_context();

// Success, or the status with which a call that needs a context must end.
EXPORT Status check_context();

}  // namespace emulator
