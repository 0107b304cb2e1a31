#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "context.h"
#include "device.h"
#include "diagnosis.h"

namespace emulator {
namespace {

constexpr size_t arena_bytes = size_t(1) << 40;
constexpr size_t chunk_bytes = size_t(1) << chunk_bits;
constexpr size_t page_bytes = 4096;
constexpr size_t max_allocations = size_t(1) << 23;
// New memory holds not-a-numbers, as far as that is cheap: a kernel that counts on zeros is wrong.
constexpr size_t poisoned_bytes = size_t(64) << 20;
constexpr size_t default_device_bytes = size_t(2) << 30;

void* reserve(size_t bytes, int protection) {
  void* memory = mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

struct Arena {
  std::mutex mutex;
  MemoryMap map{};
  uint32_t* owner = nullptr;
  Allocation* allocations = nullptr;
  size_t count = 1;  // entry 0 is nobody's
  uintptr_t next = 0;
  size_t used[max_devices] = {};
  size_t device_bytes = default_device_bytes;
  std::map<uintptr_t, uintptr_t> globals;

  Arena() {
    map.begin = reinterpret_cast<uintptr_t>(reserve(arena_bytes, PROT_NONE));
    owner = static_cast<uint32_t*>(reserve((arena_bytes >> chunk_bits) * sizeof(uint32_t), PROT_READ | PROT_WRITE));
    allocations = static_cast<Allocation*>(reserve(max_allocations * sizeof(Allocation), PROT_READ | PROT_WRITE));
    map.end = map.begin + arena_bytes;
    map.owner = owner;
    map.allocations = allocations;
    next = (map.begin + chunk_bytes - 1) / chunk_bytes * chunk_bytes + chunk_bytes;
  }

  bool usable() const { return map.begin != 0 && owner != nullptr && allocations != nullptr; }

  size_t chunk_of(uintptr_t address) const { return (address - map.begin) >> chunk_bits; }

  Allocation* owner_of(uintptr_t address) {
    if (address < map.begin || address >= map.end) {
      return nullptr;
    }
    uint32_t index = owner[chunk_of(address)];
    return index == 0 ? nullptr : &allocations[index];
  }

  void free(Allocation* block) {
    block->live = 0;
    if (block->kind == MemoryKind::device) {
      used[block->device] -= block->end - block->begin;
    }
    size_t bytes = (block->end - block->begin + page_bytes - 1) / page_bytes * page_bytes;
    void* memory = reinterpret_cast<void*>(block->begin);
    madvise(memory, bytes, MADV_DONTNEED);
    mprotect(memory, bytes, PROT_NONE);
  }
};

Arena& arena() {
  static Arena* only = new Arena();  // never destroyed: calls may come while the process ends
  return *only;
}

const char* name(MemoryKind kind) { return kind == MemoryKind::pinned ? "pinned host" : "device"; }

}  // namespace

Status allocate(size_t bytes, MemoryKind kind, DevicePointer* address) {
  Arena& a = arena();
  if (bytes == 0 || address == nullptr) {
    return invalid_value;
  }
  int device = current_device();
  std::lock_guard<std::mutex> lock(a.mutex);
  bool too_much = kind == MemoryKind::device && bytes > a.device_bytes - std::min(a.device_bytes, a.used[device]);
  if (!a.usable() || too_much || bytes > a.map.end - a.next - chunk_bytes || a.count == max_allocations) {
    return out_of_memory;
  }
  uintptr_t begin = a.next;
  size_t pages = (bytes + page_bytes - 1) / page_bytes * page_bytes;
  if (mprotect(reinterpret_cast<void*>(begin), pages, PROT_READ | PROT_WRITE) != 0) {
    return out_of_memory;
  }
  // At least one chunk lies between two allocations.
  size_t chunks = (bytes + chunk_bytes - 1) / chunk_bytes + 1;
  a.next += chunks * chunk_bytes;
  a.allocations[a.count] = Allocation{begin, begin + bytes, kind, 1, device};
  std::fill_n(a.owner + a.chunk_of(begin), chunks, static_cast<uint32_t>(a.count));
  a.count++;
  if (kind == MemoryKind::device) {
    a.used[device] += bytes;
    std::memset(reinterpret_cast<void*>(begin), 0xff, std::min(bytes, poisoned_bytes));
  }
  *address = begin;
  return success;
}

Status release(DevicePointer address, MemoryKind kind) {
  if (address == 0) {
    return kind == MemoryKind::device ? success : invalid_value;
  }
  Arena& a = arena();
  std::lock_guard<std::mutex> lock(a.mutex);
  Allocation* block = a.owner_of(address);
  if (block == nullptr || block->begin != address || block->kind != kind) {
    return fail(invalid_value, "free of " + hex(address) + ", which is no allocation of " + name(kind) + " memory");
  }
  if (!block->live) {
    return fail(invalid_value, "free of " + hex(address) + ", which was freed before");
  }
  a.free(block);
  return success;
}

void add_global(uintptr_t begin, uintptr_t end) {
  std::lock_guard<std::mutex> lock(arena().mutex);
  arena().globals[begin] = end;
}

void remove_global(uintptr_t begin) {
  std::lock_guard<std::mutex> lock(arena().mutex);
  arena().globals.erase(begin);
}

bool accessible(DevicePointer address, size_t bytes, std::string* why) {
  Arena& a = arena();
  std::lock_guard<std::mutex> lock(a.mutex);
  Allocation* block = a.owner_of(address);
  if (block != nullptr) {
    bool inside = address >= block->begin && address <= block->end && bytes <= block->end - address;
    bool foreign = block->kind == MemoryKind::device && block->device != current_device();
    if (inside && block->live && !foreign) {
      return true;
    }
    if (foreign) {
      *why = hex(address) + " is memory of device " + std::to_string(block->device) + ", not of " +
             std::to_string(current_device());
      return false;
    }
    *why = std::to_string(bytes) + " bytes at " + hex(address) + (inside ? " lie in freed memory" : " leave") + " [" +
           hex(block->begin) + ", +" + std::to_string(block->end - block->begin) + ")";
    return false;
  }
  auto global = a.globals.upper_bound(address);
  if (global != a.globals.begin() && (--global)->second >= address + bytes) {
    return true;
  }
  *why = hex(address) + " is no device memory";
  return false;
}

bool find_allocation(DevicePointer address, Allocation* found) {
  Arena& a = arena();
  std::lock_guard<std::mutex> lock(a.mutex);
  Allocation* block = a.owner_of(address);
  if (block == nullptr || !block->live || address >= block->end) {
    return false;
  }
  *found = *block;
  return true;
}

const MemoryMap& memory_map() { return arena().map; }

void set_device_memory(size_t bytes) {
  std::lock_guard<std::mutex> lock(arena().mutex);
  arena().device_bytes = bytes == 0 ? default_device_bytes : bytes;
}

void memory_info(int device, size_t* free, size_t* total) {
  Arena& a = arena();
  std::lock_guard<std::mutex> lock(a.mutex);
  *total = a.device_bytes;
  *free = a.device_bytes - std::min(a.device_bytes, a.used[device]);
}

std::vector<Allocation> live_allocations() {
  Arena& a = arena();
  std::lock_guard<std::mutex> lock(a.mutex);
  std::vector<Allocation> live;
  for (size_t i = 1; i < a.count; i++) {
    if (a.allocations[i].live) {
      live.push_back(a.allocations[i]);
    }
  }
  return live;
}

void release_all(int device) {
  Arena& a = arena();
  std::lock_guard<std::mutex> lock(a.mutex);
  for (size_t i = 1; i < a.count; i++) {
    if (a.allocations[i].live && a.allocations[i].device == device) {
      a.free(&a.allocations[i]);
    }
  }
}

}  // namespace emulator
