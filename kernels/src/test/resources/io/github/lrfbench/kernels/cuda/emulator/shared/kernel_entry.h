// A kernel as its compiled object lists it. Includes nothing: kernels are compiled without the standard library.
#pragma once

namespace emulator {

struct KernelEntry {
  const char* name;
  void (*run)(void** parameters);  // one thread of the kernel
  unsigned parameter_count;
  const unsigned* parameter_sizes;
  unsigned max_threads;  // of __launch_bounds__; 0 where it says nothing
};

}  // namespace emulator
