// The text that the emulated NVRTC makes instead of PTX ends with the kernel object in base64. It fits only the build
// of the emulator that made it, which is named by the folder that its libraries lie in.
#pragma once
#include <dlfcn.h>

#include <string>

namespace emulator {

constexpr const char* build_marker = "//@build ";
constexpr const char* object_marker = "//@object ";

// The folder with lib/, source/ and objects/ of the library that `function` is in.
inline std::string home_of(void* function) {
  Dl_info info;
  dladdr(function, &info);
  std::string library = info.dli_fname;
  std::string folder = library.substr(0, library.rfind('/'));
  return folder.substr(0, folder.rfind('/'));
}

inline std::string build_of(void* function) {
  std::string home = home_of(function);
  return home.substr(home.rfind('/') + 1);
}

}  // namespace emulator
