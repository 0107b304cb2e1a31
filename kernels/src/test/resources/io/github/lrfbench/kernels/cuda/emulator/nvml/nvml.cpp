// NVML as far as the program asks it, of two GPUs: first another one, then CUDA's. What CUDA's answers is set by tests.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#define API extern "C" __attribute__((visibility("default")))

namespace {

constexpr int success = 0;
constexpr int invalid_argument = 2;
constexpr int not_supported = 3;
constexpr int not_found = 6;
constexpr int insufficient_size = 7;

struct Gpu {};

Gpu gpus[2];

struct Memory {
  unsigned long long total, free, used;
};

#ifdef LRFBENCH_OLD_DRIVER
struct Process {
  unsigned id;
  unsigned long long bytes;
};
static_assert(sizeof(Process) == 16, "nvmlProcessInfo_v1_t");
#else
struct Process {
  unsigned id;
  unsigned long long bytes;
  unsigned gpu_instance, compute_instance;
};
static_assert(sizeof(Process) == 24, "nvmlProcessInfo_t");
#endif

std::mutex mutex;

const std::map<std::string, long long> defaults{
    {"init", success},           {"energy", not_supported}, {"energy_mj", 5'000'000}, {"energy_step_mj", 0},
    {"memory", success},         {"used_bytes", 3LL << 30}, {"clock", success},       {"clock_mhz", 1410},
    {"reasons", success},        {"reason_bits", 0},        {"mig", not_supported},   {"mig_mode", 0},
    {"processes", success},      {"own_id", 0},             {"own_listed", 1},        {"own_bytes", 512LL << 20},
    {"other_processes", 0},
};

std::map<std::string, long long> values = defaults;

long long value(const char* name) {
  std::lock_guard<std::mutex> lock(mutex);
  return values.at(name);
}

// The answer of a function of that name: a status that a test set, or an error for what is no GPU.
int answer(const char* name, const void* device) {
  if (device == &gpus[0]) {
    return success;
  }
  return device == &gpus[1] ? static_cast<int>(value(name)) : invalid_argument;
}

bool is_cuda(const void* device) { return device == &gpus[1]; }

int processes(const void* device, unsigned* count, Process* entries) {
  int status = answer("processes", device);
  if (status != success) {
    return status;
  }
  unsigned own = value("own_listed") != 0 && is_cuda(device) ? 1 : 0;
  unsigned all = own + (is_cuda(device) ? static_cast<unsigned>(value("other_processes")) : 9);
  unsigned capacity = *count;
  *count = all;
  if (all > capacity) {
    return insufficient_size;
  }
  for (unsigned i = 0; i < all; i++) {
    entries[i] = Process();
    entries[i].id = i == 0 && own ? value("own_id") ? value("own_id") : getpid() : 4'000'000'000u + i;
    entries[i].bytes = i == 0 && own ? value("own_bytes") : 1 << 20;
  }
  return success;
}

}  // namespace

// For tests: what a function returns (by its name below), or what it tells. No name sets all to how they were.
API void lrfbench_nvml_set(const char* name, long long to) {
  std::lock_guard<std::mutex> lock(mutex);
  if (*name == 0) {
    values = defaults;
  } else {
    values.at(name) = to;
  }
}

API int nvmlInit_v2() { return static_cast<int>(value("init")); }

API const char* nvmlErrorString(int status) {
  switch (status) {
    case not_supported:
      return "Not Supported";
    case 4:
      return "Insufficient Permissions";
    case not_found:
      return "Not Found";
    case 9:
      return "Driver Not Loaded";
    case 18:
      return "Driver/library version mismatch";
    default:
      return "Unknown Error";
  }
}

API int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &gpus[index & 1];
  return index < 2 ? success : invalid_argument;
}

API int nvmlDeviceGetHandleByPciBusId_v2(const char* id, void** device) {
  bool is_second = std::strcmp(id, "0000:00:00.0") == 0;
  *device = &gpus[is_second];
  return is_second || std::strcmp(id, "0000:07:00.0") == 0 ? success : not_found;
}

API int nvmlDeviceGetMemoryInfo(const void* device, Memory* memory) {
  unsigned long long used = is_cuda(device) ? value("used_bytes") : 1;
  *memory = Memory{80ULL << 30, (80ULL << 30) - used, used};
  return answer("memory", device);
}

API int nvmlDeviceGetClockInfo(const void* device, int kind, unsigned* mhz) {
  // 0 graphics, 1 SM, 2 memory
  *mhz = kind == 1 && is_cuda(device) ? value("clock_mhz") : 2;
  return answer("clock", device);
}

API int nvmlDeviceGetCurrentClocksThrottleReasons(const void* device, unsigned long long* reasons) {
  *reasons = is_cuda(device) ? value("reason_bits") : ~0ULL;
  return answer("reasons", device);
}

#ifdef LRFBENCH_OLD_DRIVER
API int nvmlDeviceGetComputeRunningProcesses(const void* device, unsigned* count, Process* entries) {
  return processes(device, count, entries);
}
#else
API int nvmlDeviceGetComputeRunningProcesses_v3(const void* device, unsigned* count, Process* entries) {
  return processes(device, count, entries);
}

API int nvmlDeviceGetCurrentClocksEventReasons(const void* device, unsigned long long* reasons) {
  return nvmlDeviceGetCurrentClocksThrottleReasons(device, reasons);
}

API int nvmlDeviceGetTotalEnergyConsumption(const void* device, unsigned long long* millijoules) {
  *millijoules = 1;
  int status = answer("energy", device);
  if (is_cuda(device)) {
    std::lock_guard<std::mutex> lock(mutex);
    values["energy_mj"] += values["energy_step_mj"];
    *millijoules = values["energy_mj"];
  }
  return status;
}

API int nvmlDeviceGetMigMode(const void* device, unsigned* current, unsigned* pending) {
  *current = *pending = is_cuda(device) ? value("mig_mode") : 0;
  return answer("mig", device);
}
#endif
