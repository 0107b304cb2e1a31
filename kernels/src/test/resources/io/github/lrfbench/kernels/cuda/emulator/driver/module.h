// A module is a kernel object, loaded several times: every copy has its own shared memory, so that several blocks can
// run at once. Where it has __device__ or __constant__ variables there is one copy only.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "../shared/kernel_object.h"
#include "api.h"

namespace emulator {

constexpr int max_copies = 8;

struct ModuleCopy {
  void* library = nullptr;
  const KernelEntry* entries = nullptr;
  unsigned entry_count = 0;
  void (*run)(Launch*) = nullptr;
  uintptr_t image_begin = 0;
  uintptr_t image_end = 0;
  std::vector<Variable> variables;

  ~ModuleCopy();
};

struct Function;

struct Module {
  std::vector<std::string> names;  // of variables; the copies point into it
  int device = 0;  // into whose context it was loaded
  bool waits_between_blocks = false;  // its blocks wait for their neighbours, up to max_copies of them
  std::vector<std::unique_ptr<ModuleCopy>> copies;
  std::vector<std::unique_ptr<Function>> functions;

  // Of the variables of all its kernels: an upper bound for each.
  int shared_bytes() const;

  ~Module();
};

struct Function {
  std::weak_ptr<Module> module;
  unsigned index;  // of its entry
  std::string name;
  int max_dynamic_shared_bytes;
};

// The module of a function that is alive, else null.
std::shared_ptr<Module> module_of(Function* function);

}  // namespace emulator
