// What the tests ask of the emulator; native methods of EmulatorHooks. Texts go to memory of the caller.
#include <algorithm>
#include <cstring>
#include <string>

#include "context.h"
#include "device.h"
#include "diagnosis.h"
#include "memory.h"

#define HOOK(result, name) extern "C" EXPORT result Java_io_github_lrfbench_kernels_cuda_emulator_EmulatorHooks_##name

using namespace emulator;

namespace {

// Copies as much of the text as fits, with a final zero, and returns its whole length.
long put(const std::string& text, long address, long capacity) {
  size_t copied = std::min(text.size(), static_cast<size_t>(capacity - 1));
  std::memcpy(reinterpret_cast<void*>(address), text.data(), copied);
  reinterpret_cast<char*>(address)[copied] = 0;
  return static_cast<long>(text.size());
}

}  // namespace

HOOK(void, setDeviceMemory)(void*, void*, long bytes) { set_device_memory(bytes); }

HOOK(void, setCapability)(void*, void*, int capability) { set_capability(capability); }

HOOK(void, setDevices)(void*, void*, int count) { set_device_count(count); }

HOOK(void, setLost)(void*, void*, int device, unsigned char lost) { set_lost(device, lost); }

HOOK(void, setPrinting)(void*, void*, unsigned char on) { set_printing(on); }

HOOK(long, diagnoses)(void*, void*, long address, long capacity) { return put(diagnoses(), address, capacity); }

HOOK(void, clearDiagnoses)(void*, void*) { clear_diagnoses(); }

HOOK(long, liveAllocations)(void*, void*, long address, long capacity) {
  std::string text;
  for (const Allocation& block : live_allocations()) {
    const char* kind = block.kind == MemoryKind::pinned ? "pinned" : "device";
    text += std::string(kind) + " " + hex(block.begin) + " " + std::to_string(block.end - block.begin) + "\n";
  }
  return put(text, address, capacity);
}
