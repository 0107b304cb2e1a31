// Properties of the devices, which are alike: those of an A100, but for its memory and, where a test sets it, its
// capability. There is one device unless a test asks for more.
#pragma once

namespace emulator {

constexpr int max_devices = 4;
constexpr int max_threads_per_block = 1024;
constexpr int shared_bytes_by_default = 48 * 1024;

int capability();  // 10 * major + minor
void set_capability(int value);
int device_count();
void set_device_count(int count);
bool is_device(int ordinal);
int shared_bytes_optin();
int device_attribute(int attribute);

}  // namespace emulator
