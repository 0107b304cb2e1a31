// What the driver and a compiled kernel object tell each other. Both sides include this file.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "kernel_entry.h"

namespace emulator {

// The arena of device and pinned memory is divided into chunks; an allocation begins at one.
constexpr unsigned chunk_bits = 16;

enum class MemoryKind : uint32_t { device, pinned, global };

struct Allocation {
  uintptr_t begin;
  uintptr_t end;
  MemoryKind kind;
  uint32_t live;
  int32_t device;  // whose it is; pinned memory is every device's
};

// Who owns an address: allocations[owner[(address - begin) >> chunk_bits]]; entry 0 is nobody's.
struct MemoryMap {
  uintptr_t begin;
  uintptr_t end;
  const uint32_t* owner;
  const Allocation* allocations;
};

// A variable of a kernel object that lies in writable memory.
struct Variable {
  const char* name;
  uintptr_t begin;
  uintptr_t end;
  bool shared;         // __shared__, else __device__ or __constant__
  const char* kernel;  // whose it is, or null if any kernel may use it
};

enum class Fault : int { none, illegal_address, misaligned_address, launch_failed };

// What is known of two bytes of shared memory.
struct ShadowCell {
  uint32_t write_epoch;  // barriers passed when it was written last
  uint32_t read_epoch;
  uint16_t writer;
  uint16_t reader;
  uint16_t write_warp_epoch;  // and warp barriers
  uint16_t read_warp_epoch;
};

// What a thread of the host needs to run blocks; kept from launch to launch.
struct Worker {
  char* stacks;  // one for each thread of the largest block
  size_t stack_bytes;
  ShadowCell* shadow;
  size_t shadow_cells;
  uint32_t epoch;
};

struct Launch {
  Worker* worker;
  const KernelEntry* entry;
  void** parameters;
  unsigned grid[3];
  unsigned block[3];
  unsigned dynamic_shared_bytes;
  const MemoryMap* memory;
  int device;                 // on which it runs
  const Variable* variables;  // sorted by address
  size_t variable_count;
  uintptr_t image_begin;  // the object's own memory, constants and variables
  uintptr_t image_end;
  std::atomic<uint64_t>* next_block;  // of those that no worker has begun
  std::atomic<bool>* stopped;         // by a fault of any worker
  Fault fault;                        // out
  char diagnosis[1024];
};

}  // namespace emulator
