// The calls that allocate and free.
#include "context.h"
#include "diagnosis.h"
#include "memory.h"
#include "stream.h"

namespace emulator {
namespace {

struct Pool {};
Pool default_pool;

// Runs the call where a context is current and no capture forbids it.
template <class Call>
Status guarded(Call call) {
  Status status = check_context();
  if (status == success) {
    status = check_uncaptured();
  }
  return status != success ? status : call();
}

// Under capture the memory is there at once and belongs to the graph.
Status enqueue_allocation(DevicePointer* address, size_t bytes, Stream* stream) {
  if (!capturing(stream)) {
    return enqueue(stream, [=] { return allocate(bytes, MemoryKind::device, address); });
  }
  Status status = allocate(bytes, MemoryKind::device, address);
  if (status == success) {
    own_memory(stream, *address);
  }
  return status;
}

}  // namespace
}  // namespace emulator

using namespace emulator;

API Status cuMemAlloc_v2(DevicePointer* address, size_t bytes) {
  return guarded([=] { return allocate(bytes, MemoryKind::device, address); });
}

API Status cuMemAllocPitch_v2(DevicePointer* address, size_t* pitch, size_t width, size_t height, unsigned) {
  *pitch = (width + 511) / 512 * 512;
  return cuMemAlloc_v2(address, *pitch * height);
}

API Status cuMemFree_v2(DevicePointer address) {
  return guarded([=] { return release(address, MemoryKind::device); });
}

API Status cuMemAllocHost_v2(void** memory, size_t bytes) {
  return guarded([=] { return allocate(bytes, MemoryKind::pinned, reinterpret_cast<DevicePointer*>(memory)); });
}

API Status cuMemHostAlloc(void** memory, size_t bytes, unsigned) { return cuMemAllocHost_v2(memory, bytes); }

API Status cuMemFreeHost(void* memory) {
  return guarded([=] { return release(reinterpret_cast<DevicePointer>(memory), MemoryKind::pinned); });
}

API Status cuMemHostGetDevicePointer_v2(DevicePointer* address, void* memory, unsigned) {
  Allocation found;
  *address = reinterpret_cast<DevicePointer>(memory);
  return find_allocation(*address, &found) ? success : invalid_value;
}

API Status cuMemHostRegister_v2(void*, size_t, unsigned) { return check_context(); }

API Status cuMemHostUnregister(void*) { return check_context(); }

API Status cuMemGetInfo_v2(size_t* free, size_t* total) {
  Status status = check_context();
  if (status == success) {
    memory_info(current_device(), free, total);
  }
  return status;
}

API Status cuMemGetAddressRange_v2(DevicePointer* base, size_t* bytes, DevicePointer address) {
  Allocation found;
  if (!find_allocation(address, &found)) {
    return not_found;
  }
  if (base != nullptr) {
    *base = found.begin;
  }
  if (bytes != nullptr) {
    *bytes = found.end - found.begin;
  }
  return success;
}

API Status cuMemAllocAsync(DevicePointer* address, size_t bytes, Stream* stream) {
  return enqueue_allocation(address, bytes, stream);
}

API Status cuMemAllocFromPoolAsync(DevicePointer* address, size_t bytes, Pool*, Stream* stream) {
  return enqueue_allocation(address, bytes, stream);
}

API Status cuMemFreeAsync(DevicePointer address, Stream* stream) {
  if (capturing(stream)) {
    return success;  // the graph owns what was allocated under capture, and frees it at its end
  }
  return enqueue(stream, [=] { return release(address, MemoryKind::device); });
}

API Status cuDeviceGetDefaultMemPool(Pool** pool, int) {
  *pool = &default_pool;
  return success;
}

API Status cuDeviceGetMemPool(Pool** pool, int device) { return cuDeviceGetDefaultMemPool(pool, device); }

API Status cuDeviceSetMemPool(int, Pool*) { return success; }

API Status cuMemPoolCreate(Pool** pool, const void*) { return cuDeviceGetDefaultMemPool(pool, 0); }

API Status cuMemPoolDestroy(Pool*) { return success; }

API Status cuMemPoolTrimTo(Pool*, size_t) { return success; }

API Status cuMemPoolSetAttribute(Pool*, int, void*) { return success; }

API Status cuMemPoolGetAttribute(Pool*, int, void* value) {
  *static_cast<unsigned long long*>(value) = 0;
  return success;
}

API Status cuPointerGetAttribute(void* value, int attribute, DevicePointer address) {
  constexpr int memory_type = 2, device_pointer = 3;
  Allocation found;
  if (!find_allocation(address, &found)) {
    return invalid_value;
  }
  switch (attribute) {
    case memory_type:
      *static_cast<unsigned*>(value) = found.kind == MemoryKind::pinned ? 1 : 2;
      return success;
    case device_pointer:
      *static_cast<DevicePointer*>(value) = address;
      return success;
    default:
      return not_supported;
  }
}
