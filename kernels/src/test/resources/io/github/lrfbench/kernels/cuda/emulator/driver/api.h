// Types, codes and linkage of the CUDA driver API, as far as the emulator goes.
#pragma once
#include <cstddef>
#include <cstdint>

#define EXPORT __attribute__((visibility("default")))
#define API extern "C" EXPORT

namespace emulator {

using Status = int;  // a CUresult
using DevicePointer = unsigned long long;

constexpr Status success = 0;
constexpr Status invalid_value = 1;
constexpr Status out_of_memory = 2;
constexpr Status not_initialized = 3;
constexpr Status invalid_device = 101;
constexpr Status invalid_image = 200;
constexpr Status invalid_context = 201;
constexpr Status invalid_handle = 400;
constexpr Status illegal_state = 401;
constexpr Status not_found = 500;
constexpr Status illegal_address = 700;
constexpr Status launch_out_of_resources = 701;
constexpr Status cooperative_launch_too_large = 720;
constexpr Status misaligned_address = 716;
constexpr Status launch_failed = 719;
constexpr Status not_supported = 801;
constexpr Status capture_unsupported = 900;
constexpr Status capture_invalidated = 901;
constexpr Status capture_unmatched = 903;
constexpr Status capture_unjoined = 904;
constexpr Status capture_isolation = 905;
constexpr Status capture_implicit = 906;
constexpr Status captured_event = 907;
constexpr Status capture_wrong_thread = 908;

}  // namespace emulator
