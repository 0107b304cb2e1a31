#pragma once

namespace emulator {

// Before the kernel object, in base64, in the text that the emulated NVRTC makes instead of PTX.
constexpr const char* object_marker = "//@object ";

}  // namespace emulator
