// Properties of the one device: those of an A100, but for its memory and, where a test sets it, its capability.
#pragma once

namespace emulator {

constexpr int max_threads_per_block = 1024;
constexpr int shared_bytes_by_default = 48 * 1024;

int capability();  // 10 * major + minor
void set_capability(int value);
int shared_bytes_optin();
int device_attribute(int attribute);

}  // namespace emulator
