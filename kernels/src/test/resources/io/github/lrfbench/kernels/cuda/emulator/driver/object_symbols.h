// Reads from a kernel object's file where its variables lie. Local statics (their names begin with _ZZ) are __shared__
// variables of a kernel; what else lies in writable memory is __device__ or __constant__.
#pragma once
#include <string>
#include <vector>

namespace emulator {

struct ObjectSymbol {
  std::string name;
  std::string function;  // in which it is declared, if that is known
  size_t offset;  // from where the object is loaded
  size_t bytes;
  bool shared;
};

std::vector<ObjectSymbol> read_variables(const std::string& path);

}  // namespace emulator
