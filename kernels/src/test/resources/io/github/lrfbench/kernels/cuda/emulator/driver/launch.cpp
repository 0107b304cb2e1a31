// Launches of kernels and what can be asked about them.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "context.h"
#include "device.h"
#include "diagnosis.h"
#include "memory.h"
#include "module.h"
#include "stream.h"

namespace emulator {
namespace {

// A thread that runs blocks beside the one that launches.
class Helper {
 public:
  Helper() {
    std::thread([this] { loop(); }).detach();
  }

  void start(const ModuleCopy* copy, Launch* launch) {
    std::lock_guard<std::mutex> lock(mutex_);
    copy_ = copy;
    launch_ = launch;
    changed_.notify_all();
  }

  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return launch_ == nullptr; });
  }

 private:
  void loop() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return launch_ != nullptr; });
      lock.unlock();
      copy_->run(launch_);
      lock.lock();
      launch_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const ModuleCopy* copy_ = nullptr;
  Launch* launch_ = nullptr;
};

constexpr size_t stack_bytes = 64 * 1024;
constexpr size_t shadow_cells = 4 << 20;

Worker make_worker() {
  auto reserve = [](size_t bytes) {
    return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  };
  auto stacks = static_cast<char*>(reserve(max_threads_per_block * stack_bytes));
  auto shadow = static_cast<ShadowCell*>(reserve(shadow_cells * sizeof(ShadowCell)));
  return Worker{stacks, stack_bytes, shadow, shadow_cells, 0};
}

// The threads that run the blocks of a kernel: the caller's and the helpers. Never destroyed: helpers have no end.
struct Crew {
  Worker workers[max_copies];
  Helper helpers[max_copies - 1];

  Crew() {
    for (Worker& worker : workers) {
      worker = make_worker();
    }
  }
};

Crew& crew() {
  static Crew* only = new Crew();
  return *only;
}

// One kernel runs at a time.
std::mutex execution;

// Fewer threads than this are not worth waking a helper.
constexpr uint64_t worth_sharing = 1024;

constexpr uint64_t threads_without_bounds = 256;
constexpr int multiprocessors_attribute = 16;

struct Configuration {
  unsigned grid[3];
  unsigned block[3];
  unsigned dynamic_shared_bytes;
};

// The parameters' values, copied when the launch is called.
struct Parameters {
  std::vector<std::vector<char>> values;
  std::vector<void*> pointers;

  Parameters(const KernelEntry& entry, void** given) {
    for (unsigned i = 0; i < entry.parameter_count; i++) {
      const char* value = static_cast<const char*>(given[i]);
      values.emplace_back(value, value + entry.parameter_sizes[i]);
    }
    for (auto& value : values) {
      pointers.push_back(value.data());
    }
  }
};

Launch prepare(const ModuleCopy& copy, unsigned index, const Configuration& configuration, Parameters& parameters) {
  Launch launch{};
  launch.entry = &copy.entries[index];
  launch.parameters = parameters.pointers.data();
  std::copy_n(configuration.grid, 3, launch.grid);
  std::copy_n(configuration.block, 3, launch.block);
  launch.dynamic_shared_bytes = configuration.dynamic_shared_bytes;
  launch.memory = &memory_map();
  launch.device = current_device();
  launch.variables = copy.variables.data();
  launch.variable_count = copy.variables.size();
  launch.image_begin = copy.image_begin;
  launch.image_end = copy.image_end;
  return launch;
}

Status status_of(Fault fault) {
  switch (fault) {
    case Fault::none:
      return success;
    case Fault::illegal_address:
      return illegal_address;
    case Fault::misaligned_address:
      return misaligned_address;
    case Fault::launch_failed:
      return launch_failed;
  }
  return launch_failed;
}

Status execute(const Module& module, unsigned index, const Configuration& c, Parameters& parameters) {
  std::lock_guard<std::mutex> lock(execution);
  uint64_t blocks = uint64_t(c.grid[0]) * c.grid[1] * c.grid[2];
  uint64_t threads = blocks * c.block[0] * c.block[1] * c.block[2];
  size_t workers = threads < worth_sharing ? 1 : std::min<uint64_t>(module.copies.size(), blocks);
  if (module.waits_between_blocks) {
    workers = std::min<uint64_t>(module.copies.size(), blocks);
  }
  std::atomic<uint64_t> next_block{0};
  std::atomic<bool> stopped{false};
  std::vector<Launch> launches;
  for (size_t i = 0; i < workers; i++) {
    Launch launch = prepare(*module.copies[i], index, c, parameters);
    launch.worker = &crew().workers[i];
    launch.next_block = &next_block;
    launch.stopped = &stopped;
    launches.push_back(launch);
  }
  for (size_t i = 1; i < workers; i++) {
    crew().helpers[i - 1].start(module.copies[i].get(), &launches[i]);
  }
  module.copies[0]->run(&launches[0]);
  for (size_t i = 1; i < workers; i++) {
    crew().helpers[i - 1].wait();
  }
  for (const Launch& launch : launches) {
    if (launch.fault != Fault::none) {
      return fail(status_of(launch.fault), launch.diagnosis);
    }
  }
  return success;
}

Status check_configuration(const Module& module, const Function& function, const KernelEntry& entry, const Configuration& c) {
  std::string where = "launch of " + function.name + ": ";
  uint64_t threads = uint64_t(c.block[0]) * c.block[1] * c.block[2];
  if (threads == 0 || c.grid[0] == 0 || c.grid[1] == 0 || c.grid[2] == 0) {
    return fail(invalid_value, where + "an empty grid or block");
  }
  bool fits = threads <= max_threads_per_block && c.block[2] <= 64 && c.grid[0] <= 2147483647u &&
              c.grid[1] <= 65535 && c.grid[2] <= 65535;
  if (!fits) {
    return fail(invalid_value, where + "the grid or block is larger than the device allows");
  }
  if (entry.max_threads != 0 && threads > entry.max_threads) {
    return fail(launch_out_of_resources, where + std::to_string(threads) + " threads in a block, but its launch bounds are " +
                                             std::to_string(entry.max_threads));
  }
  // Without bounds a thread may take 255 of a block's 65536 registers.
  if (entry.max_threads == 0 && threads > threads_without_bounds) {
    return fail(launch_out_of_resources, where + std::to_string(threads) + " threads in a block, but without launch bounds only " +
                                             std::to_string(threads_without_bounds) + " are sure of their registers");
  }
  int shared = static_cast<int>(c.dynamic_shared_bytes) + module.shared_bytes();
  int allowed = function.max_dynamic_shared_bytes + module.shared_bytes();
  if (shared > allowed) {
    return fail(invalid_value, where + std::to_string(shared) + " bytes of shared memory, but " + std::to_string(allowed) +
                                   " are allowed");
  }
  return success;
}

int blocks_per_multiprocessor(const Module& module, int block_size, size_t dynamic_shared_bytes) {
  constexpr int max_threads_attribute = 39, shared_attribute = 81, max_blocks_attribute = 106;
  size_t shared = dynamic_shared_bytes + module.shared_bytes() + 1024;
  int by_shared = static_cast<int>(device_attribute(shared_attribute) / shared);
  int by_threads = device_attribute(max_threads_attribute) / block_size;
  return std::min({device_attribute(max_blocks_attribute), by_threads, by_shared});
}

Status launch(Function* function, const Configuration& configuration, Stream* stream, void** parameters, bool together) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  std::shared_ptr<Module> module = module_of(function);
  if (module == nullptr) {
    return fail(invalid_handle, "launches a function of a module that was unloaded");
  }
  if (module->device != current_device()) {
    return fail(invalid_handle, "launches " + function->name + " of device " + std::to_string(module->device) +
                                    " in the context of " + std::to_string(current_device()));
  }
  const KernelEntry& entry = module->copies[0]->entries[function->index];
  status = check_configuration(*module, *function, entry, configuration);
  if (status != success) {
    return status;
  }
  if (parameters == nullptr && entry.parameter_count > 0) {
    return fail(invalid_value, "launch of " + function->name + ": no parameters");
  }
  uint64_t blocks = uint64_t(configuration.grid[0]) * configuration.grid[1] * configuration.grid[2];
  int threads = configuration.block[0] * configuration.block[1] * configuration.block[2];
  uint64_t resident = uint64_t(blocks_per_multiprocessor(*module, threads, configuration.dynamic_shared_bytes)) *
                      device_attribute(multiprocessors_attribute);
  if (together && blocks > resident) {
    return fail(cooperative_launch_too_large, "launch of " + function->name + ": " + std::to_string(blocks) +
                                                  " blocks at once, but " + std::to_string(resident) + " have room");
  }
  auto copied = std::make_shared<Parameters>(entry, parameters);
  unsigned index = function->index;
  return enqueue(stream, [module, index, configuration, copied] {
    return execute(*module, index, configuration, *copied);
  });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

API Status cuLaunchKernel(Function* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                          unsigned block_y, unsigned block_z, unsigned shared_bytes, Stream* stream,
                          void** parameters, void** extra) {
  if (extra != nullptr) {
    return fail(not_supported, "launch of " + function->name + ": parameters must come by kernelParams");
  }
  return launch(function, {{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes}, stream, parameters, false);
}

API Status cuLaunchCooperativeKernel(Function* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                                     unsigned block_y, unsigned block_z, unsigned shared_bytes, Stream* stream,
                                     void** parameters) {
  return launch(function, {{grid_x, grid_y, grid_z}, {block_x, block_y, block_z}, shared_bytes}, stream, parameters, true);
}

API Status cuLaunchHostFunc(Stream* stream, void (*function)(void*), void* data) {
  return enqueue(stream, [=] {
    function(data);
    return success;
  });
}

API Status cuFuncGetAttribute(int* value, int attribute, Function* function) {
  std::shared_ptr<Module> module = module_of(function);
  if (module == nullptr) {
    return invalid_handle;
  }
  const KernelEntry& entry = module->copies[0]->entries[function->index];
  switch (attribute) {
    case 0:  // MAX_THREADS_PER_BLOCK
      *value = entry.max_threads != 0 ? entry.max_threads : threads_without_bounds;
      return success;
    case 1:  // SHARED_SIZE_BYTES
      *value = module->shared_bytes();
      return success;
    case 4:  // NUM_REGS
      *value = 32;
      return success;
    case 5:  // PTX_VERSION
    case 6:  // BINARY_VERSION
      *value = capability();
      return success;
    case 8:  // MAX_DYNAMIC_SHARED_SIZE_BYTES
      *value = function->max_dynamic_shared_bytes;
      return success;
    default:
      *value = 0;
      return success;
  }
}

API Status cuFuncSetAttribute(Function* function, int attribute, int value) {
  std::shared_ptr<Module> module = module_of(function);
  if (module == nullptr) {
    return invalid_handle;
  }
  if (attribute == 8) {  // MAX_DYNAMIC_SHARED_SIZE_BYTES
    int most = shared_bytes_optin() - module->shared_bytes();
    if (value < 0 || value > most) {
      return fail(invalid_value, function->name + ": " + std::to_string(value) + " bytes of dynamic shared memory, but a block has " +
                                     std::to_string(most) + " beside its static ones");
    }
    function->max_dynamic_shared_bytes = value;
  }
  return success;
}

API Status cuFuncSetCacheConfig(Function* function, int) { return module_of(function) == nullptr ? invalid_handle : success; }

API Status cuFuncSetSharedMemConfig(Function* function, int) { return cuFuncSetCacheConfig(function, 0); }

API Status cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Function* function, int block_size, size_t shared_bytes) {
  std::shared_ptr<Module> module = module_of(function);
  if (module == nullptr) {
    return invalid_handle;
  }
  if (block_size <= 0) {
    return invalid_value;
  }
  *blocks = blocks_per_multiprocessor(*module, block_size, shared_bytes);
  return success;
}

API Status cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, Function* function, int block_size,
                                                                size_t shared_bytes, unsigned) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, function, block_size, shared_bytes);
}
