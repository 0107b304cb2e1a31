// Device and pinned memory: host pages in one reserved arena whose addresses are never used twice, so that an access
// after free or past the end can always be told from a good one.
#pragma once
#include <string>
#include <vector>

#include "../shared/kernel_object.h"
#include "api.h"

namespace emulator {

EXPORT Status allocate(size_t bytes, MemoryKind kind, DevicePointer* address);
Status release(DevicePointer address, MemoryKind kind);

// Makes a module's variables known as device memory, and forgets them.
void add_global(uintptr_t begin, uintptr_t end);
void remove_global(uintptr_t begin);

// Whether [address, address + bytes) lies in one live allocation that the current device may use; else says in `why` what is there.
EXPORT bool accessible(DevicePointer address, size_t bytes, std::string* why);

bool find_allocation(DevicePointer address, Allocation* found);

const MemoryMap& memory_map();

void set_device_memory(size_t bytes);
void memory_info(int device, size_t* free, size_t* total);

std::vector<Allocation> live_allocations();
void release_all(int device);

}  // namespace emulator
