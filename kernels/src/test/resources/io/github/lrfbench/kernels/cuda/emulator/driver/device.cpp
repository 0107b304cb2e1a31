#include "device.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "api.h"
#include "memory.h"

namespace emulator {
namespace {

constexpr int driver_version = 12060;

std::atomic<int> current_capability{[] {
  const char* text = std::getenv("LRFBENCH_EMULATOR_CAPABILITY");
  return text == nullptr ? 80 : std::atoi(text);
}()};

std::atomic<int> current_count{[] {
  const char* text = std::getenv("LRFBENCH_EMULATOR_DEVICES");
  return text == nullptr ? 1 : std::atoi(text);
}()};

int shared_bytes_per_multiprocessor() {
  switch (capability()) {
    case 70:
      return 96 * 1024;
    case 75:
      return 64 * 1024;
    case 86:
    case 89:
      return 100 * 1024;
    case 90:
      return 228 * 1024;
    default:
      return 164 * 1024;
  }
}

}  // namespace

int capability() { return current_capability; }

void set_capability(int value) { current_capability = value; }

int device_count() { return current_count; }

void set_device_count(int count) { current_count = count; }

bool is_device(int ordinal) { return ordinal >= 0 && ordinal < device_count(); }

int shared_bytes_optin() {
  return capability() < 80 ? shared_bytes_per_multiprocessor() : shared_bytes_per_multiprocessor() - 1024;
}

int device_attribute(int attribute) {
  switch (attribute) {
    case 1:  // MAX_THREADS_PER_BLOCK
    case 2:  // MAX_BLOCK_DIM_X
    case 3:  // MAX_BLOCK_DIM_Y
      return max_threads_per_block;
    case 4:  // MAX_BLOCK_DIM_Z
      return 64;
    case 5:  // MAX_GRID_DIM_X
      return 2147483647;
    case 6:  // MAX_GRID_DIM_Y
    case 7:  // MAX_GRID_DIM_Z
      return 65535;
    case 8:  // MAX_SHARED_MEMORY_PER_BLOCK
      return shared_bytes_by_default;
    case 9:  // TOTAL_CONSTANT_MEMORY
      return 65536;
    case 10:  // WARP_SIZE
      return 32;
    case 11:  // MAX_PITCH
      return 2147483647;
    case 12:  // MAX_REGISTERS_PER_BLOCK
    case 82:  // MAX_REGISTERS_PER_MULTIPROCESSOR
      return 65536;
    case 13:  // CLOCK_RATE, kHz
      return 1410000;
    case 14:  // TEXTURE_ALIGNMENT
      return 512;
    case 16:  // MULTIPROCESSOR_COUNT
      return 108;
    case 36:  // MEMORY_CLOCK_RATE, kHz
      return 1215000;
    case 37:  // GLOBAL_MEMORY_BUS_WIDTH
      return 5120;
    case 38:  // L2_CACHE_SIZE
      return 40 << 20;
    case 39:  // MAX_THREADS_PER_MULTIPROCESSOR
      return capability() == 75 ? 1024 : capability() == 86 || capability() == 89 ? 1536 : 2048;
    case 40:  // ASYNC_ENGINE_COUNT
      return 3;
    case 75:  // COMPUTE_CAPABILITY_MAJOR
      return capability() / 10;
    case 76:  // COMPUTE_CAPABILITY_MINOR
      return capability() % 10;
    case 81:  // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
      return shared_bytes_per_multiprocessor();
    case 87:  // SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO
      return 2;
    case 97:  // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
      return shared_bytes_optin();
    case 106:  // MAX_BLOCKS_PER_MULTIPROCESSOR
      return 32;
    case 111:  // RESERVED_SHARED_MEMORY_PER_BLOCK
      return capability() < 80 ? 0 : 1024;
    case 19:   // CAN_MAP_HOST_MEMORY
    case 15:   // GPU_OVERLAP
    case 31:   // CONCURRENT_KERNELS
    case 41:   // UNIFIED_ADDRESSING
    case 78:   // STREAM_PRIORITIES_SUPPORTED
    case 79:   // GLOBAL_L1_CACHE_SUPPORTED
    case 80:   // LOCAL_L1_CACHE_SUPPORTED
    case 90:   // COMPUTE_PREEMPTION_SUPPORTED
    case 99:   // HOST_REGISTER_SUPPORTED
    case 115:  // MEMORY_POOLS_SUPPORTED
      return 1;
    default:
      return 0;
  }
}

}  // namespace emulator

using namespace emulator;

API Status cuDriverGetVersion(int* version) {
  *version = driver_version;
  return success;
}

API Status cuDeviceGetCount(int* count) {
  *count = device_count();
  return success;
}

API Status cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return is_device(ordinal) ? success : invalid_device;
}

API Status cuDeviceGetName(char* name, int length, int device) {
  std::snprintf(name, length, "CUDA emulator");
  return is_device(device) ? success : invalid_device;
}

API Status cuDeviceGetAttribute(int* value, int attribute, int device) {
  *value = device_attribute(attribute);
  return is_device(device) ? success : invalid_device;
}

API Status cuDeviceTotalMem_v2(size_t* bytes, int device) {
  size_t free;
  memory_info(device, &free, bytes);
  return is_device(device) ? success : invalid_device;
}

API Status cuDeviceComputeCapability(int* major, int* minor, int device) {
  *major = capability() / 10;
  *minor = capability() % 10;
  return is_device(device) ? success : invalid_device;
}

API Status cuDeviceGetUuid(void* uuid, int device) {
  std::memcpy(uuid, "CUDA-emulator-00", 16);
  static_cast<char*>(uuid)[15] += device;
  return is_device(device) ? success : invalid_device;
}

API Status cuDeviceGetPCIBusId(char* id, int length, int device) {
  std::snprintf(id, length, "0000:%02x:00.0", device);
  return is_device(device) ? success : invalid_device;
}

API Status cuDeviceGetByPCIBusId(int* device, const char* id) {
  return std::sscanf(id, "%*x:%x", reinterpret_cast<unsigned*>(device)) == 1 && is_device(*device) ? success : invalid_device;
}

API Status cuDeviceCanAccessPeer(int* can, int, int) {
  *can = 0;
  return success;
}
