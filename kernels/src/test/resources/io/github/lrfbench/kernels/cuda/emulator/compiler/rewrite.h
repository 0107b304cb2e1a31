// From preprocessed CUDA C++ to C++ that g++ accepts.
#pragma once
#include <string>
#include <vector>

namespace emulator {

struct KernelName {
  std::string name;
  std::string bounds;  // the first argument of its __launch_bounds__, or 0
};

struct Rewritten {
  std::string source;
  std::vector<KernelName> kernels;  // those that are no templates
};

Rewritten rewrite(const std::string& preprocessed);

// One inline PTX statement, from after the word asm (and volatile) to before the semicolon, as a call of a function in
// device/ptx.h: asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(y)) becomes ::emulator_ptx::cvt_f32_f16(x, y).
std::string rewrite_asm(const std::string& arguments);

}  // namespace emulator
