#include "access.h"

#include <algorithm>
#include <cstdio>

#include "fiber.h"

extern "C" {
alignas(1024) __attribute__((visibility("hidden"))) char emulator_dynamic_shared[232448];
}

namespace emulator {
namespace {

constexpr unsigned granule = 2;  // bytes that share a shadow cell

// Special readers and writers.
constexpr uint16_t atomically = 0xfffd;
constexpr uint16_t asynchronously = 0xfffe;
constexpr uint16_t many = 0xffff;
constexpr uint16_t many_of_warp = 0x8000;  // plus the warp's number

struct Range {
  uintptr_t begin;
  uintptr_t bytes;
  const char* name;

  bool holds(uintptr_t address, unsigned size) const {
    uintptr_t offset = address - begin;
    return offset < bytes && bytes - offset >= size;
  }
};

Range recent[2];         // allocations in global memory
unsigned oldest_recent;  // the next to be replaced
Range recent_shared;
uintptr_t shadow_begin;  // the address of the first shadow cell

const char* verb(Access access) {
  switch (access) {
    case Access::read:
      return "read";
    case Access::write:
      return "write";
    case Access::atomic:
      return "atomic update";
    case Access::asynchronous:
      return "asynchronous copy";
  }
  return "";
}

bool same_warp(unsigned a, unsigned b) { return a / warp_size == b / warp_size; }

// Whether what `other` did in this epoch may come before or after what the current thread does now.
bool unordered(uint16_t other, uint16_t other_warp_epoch) {
  if (other == block.current) {
    return false;
  }
  if (other >= many_of_warp) {
    bool mine = other < atomically && static_cast<unsigned>(other - many_of_warp) == block.current / warp_size;
    return !mine || other_warp_epoch == warps[block.current / warp_size].epoch;
  }
  return !same_warp(other, block.current) || other_warp_epoch == warps[block.current / warp_size].epoch;
}

[[noreturn]] void race(Access access, const Range& variable, uintptr_t address, const char* other_verb, unsigned other) {
  char who[48] = "other threads";
  if (other < max_threads) {
    const Index3& t = threads[other].index;
    std::snprintf(who, sizeof who, "thread (%u,%u,%u)", t.x, t.y, t.z);
  }
  raise(Fault::launch_failed, "%s of shared memory %s at byte %lu races with a %s by %s: no barrier lies between them",
        verb(access), variable.name, static_cast<unsigned long>(address - variable.begin), other_verb, who);
}

void check_shared(const Range& variable, uintptr_t address, unsigned size, Access access) {
  uint32_t epoch = block.launch->worker->epoch;
  uint16_t self = static_cast<uint16_t>(block.current);
  uint16_t warp_epoch = warps[block.current / warp_size].epoch;
  ShadowCell* cell = block.launch->worker->shadow + (address - shadow_begin) / granule;
  ShadowCell* end = block.launch->worker->shadow + (address + size - 1 - shadow_begin) / granule + 1;
  bool whole = size >= granule;  // a byte shares its cell with another thread's byte
  for (; cell < end; cell++) {
    bool written_now = cell->write_epoch == epoch && whole;
    if (access == Access::read) {
      if (cell->write_epoch < block.first_epoch) {
        raise(Fault::launch_failed, "read of shared memory %s at byte %lu before it is written", variable.name,
              static_cast<unsigned long>(address - variable.begin));
      }
      if (cell->writer == asynchronously) {
        raise(Fault::launch_failed, "read of shared memory %s at byte %lu before the asynchronous copy to it is waited for",
              variable.name, static_cast<unsigned long>(address - variable.begin));
      }
      if (written_now && cell->writer != self && unordered(cell->writer, cell->write_warp_epoch)) {
        race(access, variable, address, "write", cell->writer);
      }
      if (cell->read_epoch != epoch) {
        cell->reader = self;
      } else if (cell->reader != self && cell->reader != many) {
        unsigned other_warp = cell->reader >= many_of_warp ? cell->reader - many_of_warp : cell->reader / warp_size;
        bool mine = other_warp == block.current / warp_size;
        cell->reader = !mine ? many : cell->read_warp_epoch == warp_epoch ? many_of_warp + other_warp : self;
      }
      cell->read_epoch = epoch;
      cell->read_warp_epoch = warp_epoch;
      continue;
    }
    bool both_atomic = access == Access::atomic && cell->writer == atomically;
    if (written_now && !both_atomic && unordered(cell->writer, cell->write_warp_epoch)) {
      race(access, variable, address, "write", cell->writer);
    }
    if (cell->read_epoch == epoch && whole && unordered(cell->reader, cell->read_warp_epoch)) {
      race(access, variable, address, "read", cell->reader);
    }
    cell->write_epoch = epoch;
    cell->write_warp_epoch = warp_epoch;
    cell->writer = access == Access::atomic ? atomically : access == Access::asynchronous ? asynchronously : self;
  }
}

Range shared_variable(uintptr_t address) {
  const Launch& launch = *block.launch;
  uintptr_t dynamic = reinterpret_cast<uintptr_t>(emulator_dynamic_shared);
  if (address - dynamic < sizeof emulator_dynamic_shared) {
    return {dynamic, launch.dynamic_shared_bytes, "(dynamic)"};
  }
  for (size_t i = 0; i < launch.variable_count; i++) {
    const Variable& variable = launch.variables[i];
    bool usable = variable.shared && (variable.kernel == nullptr || variable.kernel == launch.entry->name);
    if (usable && address >= variable.begin && address < variable.end) {
      return {variable.begin, variable.end - variable.begin, variable.name};
    }
  }
  return {0, 0, ""};
}

void check_image(uintptr_t address, unsigned size, Access access) {
  Range variable = shared_variable(address);
  if (variable.begin != 0) {
    if (!variable.holds(address, size)) {
      raise(Fault::illegal_address, "%s of %u bytes at byte %lu of shared memory %s, which has %lu", verb(access), size,
            static_cast<unsigned long>(address - variable.begin), variable.name,
            static_cast<unsigned long>(variable.bytes));
    }
    recent_shared = variable;
    check_shared(variable, address, size, access);
    return;
  }
  for (size_t i = 0; i < block.launch->variable_count; i++) {
    const Variable& global = block.launch->variables[i];
    if (!global.shared && address >= global.begin && address + size <= global.end) {
      return;
    }
  }
  bool constant = true;
  for (size_t i = 0; i < block.launch->variable_count; i++) {
    const Variable& other = block.launch->variables[i];
    constant = constant && (address < other.begin || address >= other.end);
  }
  if (access != Access::read || !constant) {
    raise(Fault::illegal_address, "%s of %u bytes at 0x%lx, outside of the kernel's variables", verb(access), size,
          static_cast<unsigned long>(address));
  }
}

void check_global(uintptr_t address, unsigned size, Access access) {
  const MemoryMap& map = *block.launch->memory;
  unsigned long where = address;
  if (address < map.begin || address >= map.end) {
    raise(Fault::illegal_address, "%s of %u bytes at 0x%lx, which is no device memory", verb(access), size, where);
  }
  uint32_t owner = map.owner[(address - map.begin) >> chunk_bits];
  if (owner == 0) {
    raise(Fault::illegal_address, "%s of %u bytes at 0x%lx, which was never allocated", verb(access), size, where);
  }
  const Allocation& allocation = map.allocations[owner];
  unsigned long bytes = allocation.end - allocation.begin;
  if (address < allocation.begin || address + size > allocation.end) {
    raise(Fault::illegal_address, "%s of %u bytes at 0x%lx, %ld bytes past the start of the allocation [0x%lx, +%lu)",
          verb(access), size, where, static_cast<long>(address - allocation.begin),
          static_cast<unsigned long>(allocation.begin), bytes);
  }
  if (!allocation.live) {
    raise(Fault::illegal_address, "%s of %u bytes at 0x%lx, %lu bytes into the freed allocation [0x%lx, +%lu)",
          verb(access), size, where, static_cast<unsigned long>(address - allocation.begin),
          static_cast<unsigned long>(allocation.begin), bytes);
  }
  if (allocation.kind == MemoryKind::device && allocation.device != block.launch->device) {
    raise(Fault::illegal_address, "%s of %u bytes at 0x%lx, memory of device %d, by a kernel on device %d", verb(access),
          size, where, allocation.device, block.launch->device);
  }
  recent[oldest_recent] = {allocation.begin, bytes, ""};
  oldest_recent ^= 1;
}

}  // namespace

void finish_asynchronous(uintptr_t address, unsigned bytes) {
  ShadowCell* cells = block.launch->worker->shadow + (address - shadow_begin) / granule;
  for (unsigned i = 0; i < bytes / granule; i++) {
    cells[i].write_epoch = block.launch->worker->epoch;
    cells[i].write_warp_epoch = warps[block.current / warp_size].epoch;
    cells[i].writer = static_cast<uint16_t>(block.current);
  }
}

bool begin_accesses() {
  const Launch& launch = *block.launch;
  recent[0] = recent[1] = recent_shared = {0, 0, ""};
  shadow_begin = reinterpret_cast<uintptr_t>(emulator_dynamic_shared);
  uintptr_t end = shadow_begin + sizeof emulator_dynamic_shared;
  for (size_t i = 0; i < launch.variable_count; i++) {
    if (launch.variables[i].shared) {
      shadow_begin = std::min(shadow_begin, launch.variables[i].begin);
      end = std::max(end, launch.variables[i].end);
    }
  }
  shadow_begin &= ~uintptr_t(15);
  return (end - shadow_begin) / granule < launch.worker->shadow_cells;
}

__attribute__((noinline)) void check_unknown(uintptr_t address, unsigned size, Access access) {
  const Launch& launch = *block.launch;
  uintptr_t stacks = reinterpret_cast<uintptr_t>(launch.worker->stacks);
  if (address - stacks < max_threads * launch.worker->stack_bytes) {
    return;
  }
  if (address >= launch.image_begin && address < launch.image_end) {
    check_image(address, size, access);
    return;
  }
  check_global(address, size, access);
}

inline __attribute__((always_inline)) void check_fast(uintptr_t address, unsigned size, Access access) {
  if (recent[0].holds(address, size) || recent[1].holds(address, size)) {
    return;
  }
  if (recent_shared.holds(address, size)) {
    check_shared(recent_shared, address, size, access);
    return;
  }
  if (block.running) {
    check_unknown(address, size, access);
  }
}

void check_access(uintptr_t address, unsigned bytes, Access access) { check_fast(address, bytes, access); }

}  // namespace emulator

using namespace emulator;

namespace {

inline __attribute__((always_inline)) void aligned(void* address, unsigned size, Access access) {
  uintptr_t a = reinterpret_cast<uintptr_t>(address);
  if (__builtin_expect(a % size != 0, 0) && block.running) {
    raise(Fault::misaligned_address, "%s of %u bytes at 0x%lx, which is not a multiple of %u", verb(access), size,
          static_cast<unsigned long>(a), size);
  }
  check_fast(a, size, access);
}

}  // namespace

#define HOOK extern "C" __attribute__((visibility("hidden")))

#define ACCESS_HOOKS(size)                                                                                       \
  HOOK void __tsan_read##size(void* p) { aligned(p, size, Access::read); }                                       \
  HOOK void __tsan_write##size(void* p) { aligned(p, size, Access::write); }                                     \
  HOOK void __tsan_volatile_read##size(void* p) { aligned(p, size, Access::read); }                              \
  HOOK void __tsan_volatile_write##size(void* p) { aligned(p, size, Access::write); }                            \
  HOOK void __tsan_unaligned_read##size(void* p) { check_access(reinterpret_cast<uintptr_t>(p), size, Access::read); } \
  HOOK void __tsan_unaligned_write##size(void* p) { check_access(reinterpret_cast<uintptr_t>(p), size, Access::write); }

ACCESS_HOOKS(1)
ACCESS_HOOKS(2)
ACCESS_HOOKS(4)
ACCESS_HOOKS(8)
ACCESS_HOOKS(16)

HOOK void __tsan_read_range(void* p, unsigned long bytes) {
  check_access(reinterpret_cast<uintptr_t>(p), bytes, Access::read);
}
HOOK void __tsan_write_range(void* p, unsigned long bytes) {
  check_access(reinterpret_cast<uintptr_t>(p), bytes, Access::write);
}
HOOK void __tsan_init() {}
HOOK void __tsan_func_entry(void*) {}
HOOK void __tsan_func_exit() {}
HOOK void __tsan_vptr_update(void**, void*) {}
HOOK void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
HOOK void __tsan_atomic_signal_fence(int) {}

#define ATOMIC_HOOKS(bits, T)                                                                                    \
  HOOK T __tsan_atomic##bits##_load(const volatile T* p, int) {                                                  \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);                                                                 \
  }                                                                                                              \
  HOOK void __tsan_atomic##bits##_store(volatile T* p, T v, int) {                                               \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    __atomic_store_n(p, v, __ATOMIC_SEQ_CST);                                                                    \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_exchange(volatile T* p, T v, int) {                                               \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                                                          \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_fetch_add(volatile T* p, T v, int) {                                              \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST);                                                           \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_fetch_sub(volatile T* p, T v, int) {                                              \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST);                                                           \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_fetch_and(volatile T* p, T v, int) {                                              \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST);                                                           \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_fetch_or(volatile T* p, T v, int) {                                               \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST);                                                            \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_fetch_xor(volatile T* p, T v, int) {                                              \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST);                                                           \
  }                                                                                                              \
  HOOK int __tsan_atomic##bits##_compare_exchange_strong(volatile T* p, T* e, T v, int, int) {                   \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_compare_exchange_n(p, e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                      \
  }                                                                                                              \
  HOOK int __tsan_atomic##bits##_compare_exchange_weak(volatile T* p, T* e, T v, int, int) {                     \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    return __atomic_compare_exchange_n(p, e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                      \
  }                                                                                                              \
  HOOK T __tsan_atomic##bits##_compare_exchange_val(volatile T* p, T e, T v, int, int) {                         \
    aligned(const_cast<T*>(p), bits / 8, Access::atomic);                                                        \
    __atomic_compare_exchange_n(p, &e, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                            \
    return e;                                                                                                    \
  }

ATOMIC_HOOKS(32, unsigned)
ATOMIC_HOOKS(64, unsigned long long)
