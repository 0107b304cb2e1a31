// Compiles a kernel's source to an object that the emulated driver loads.
#pragma once
#include <string>
#include <vector>

namespace emulator {

struct CompileRequest {
  std::string source;
  std::string name;
  std::vector<std::pair<std::string, std::string>> headers;  // name, text
  std::vector<std::string> macros;                           // NAME or NAME=VALUE
  std::vector<std::string> expressions;                      // names of kernels that are instances of templates
  int capability = 52;
};

// The text that stands for PTX or a cubin; empty if the source has mistakes, which the log then tells.
std::string compile(const CompileRequest& request, std::string* log);

}  // namespace emulator
