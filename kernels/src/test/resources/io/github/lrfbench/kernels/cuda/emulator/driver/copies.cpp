// Copies and fills. Device pointers are checked when the work is done, so that a graph's replay checks them again.
#include <cstring>

#include "context.h"
#include "diagnosis.h"
#include "memory.h"
#include "stream.h"

namespace emulator {
namespace {

enum MemoryType { host_type = 1, device_type = 2, array_type = 3, unified_type = 4 };

struct Copy2D {  // CUDA_MEMCPY2D
  size_t src_x, src_y;
  int src_type;
  const void* src_host;
  DevicePointer src_device;
  void* src_array;
  size_t src_pitch;
  size_t dst_x, dst_y;
  int dst_type;
  void* dst_host;
  DevicePointer dst_device;
  void* dst_array;
  size_t dst_pitch;
  size_t width, height;
};

Status check(const char* call, DevicePointer address, size_t bytes) {
  std::string why;
  if (bytes == 0 || accessible(address, bytes, &why)) {
    return success;
  }
  return fail(invalid_value, std::string(call) + ": " + why);
}

void* at(DevicePointer address) { return reinterpret_cast<void*>(address); }

Status copy(const char* call, DevicePointer to, bool to_device, DevicePointer from, bool from_device, size_t bytes) {
  Status status = to_device ? check(call, to, bytes) : success;
  if (status == success && from_device) {
    status = check(call, from, bytes);
  }
  if (status != success) {
    return status;
  }
  if (bytes != 0 && (to == 0 || from == 0)) {
    return fail(invalid_value, std::string(call) + ": null pointer");
  }
  std::memmove(at(to), at(from), bytes);
  return success;
}

size_t extent(size_t pitch, size_t x, size_t y, size_t width, size_t height) {
  return (y + height - 1) * pitch + x + width;
}

Status copy2d(const Copy2D& c) {
  if (c.width == 0 || c.height == 0) {
    return success;
  }
  bool from_device = c.src_type != host_type;
  bool to_device = c.dst_type != host_type;
  if (c.src_type == array_type || c.dst_type == array_type) {
    return not_supported;
  }
  if ((c.src_pitch != 0 && c.src_pitch < c.src_x + c.width) || (c.dst_pitch != 0 && c.dst_pitch < c.dst_x + c.width)) {
    return fail(invalid_value, "cuMemcpy2D: rows are wider than the pitch");
  }
  size_t src_pitch = c.src_pitch == 0 ? c.src_x + c.width : c.src_pitch;
  size_t dst_pitch = c.dst_pitch == 0 ? c.dst_x + c.width : c.dst_pitch;
  DevicePointer from = from_device ? c.src_device : reinterpret_cast<DevicePointer>(c.src_host);
  DevicePointer to = to_device ? c.dst_device : reinterpret_cast<DevicePointer>(c.dst_host);
  Status status = from_device ? check("cuMemcpy2D", from, extent(src_pitch, c.src_x, c.src_y, c.width, c.height)) : success;
  if (status == success && to_device) {
    status = check("cuMemcpy2D", to, extent(dst_pitch, c.dst_x, c.dst_y, c.width, c.height));
  }
  if (status != success) {
    return status;
  }
  for (size_t row = 0; row < c.height; row++) {
    std::memmove(at(to + (c.dst_y + row) * dst_pitch + c.dst_x), at(from + (c.src_y + row) * src_pitch + c.src_x), c.width);
  }
  return success;
}

template <class T>
Status fill(DevicePointer address, size_t pitch, T value, size_t width, size_t height) {
  if (width == 0 || height == 0) {
    return success;
  }
  if (address % sizeof(T) != 0 || pitch % sizeof(T) != 0) {
    return fail(invalid_value, "cuMemset: " + hex(address) + " is not aligned to the element");
  }
  Status status = check("cuMemset", address, (height - 1) * pitch + width * sizeof(T));
  if (status != success) {
    return status;
  }
  for (size_t row = 0; row < height; row++) {
    T* elements = static_cast<T*>(at(address + row * pitch));
    for (size_t i = 0; i < width; i++) {
      elements[i] = value;
    }
  }
  return success;
}

// A call that works on the default stream and waits for it.
Status now(const Work& work) {
  Status status = check_context();
  if (status == success) {
    status = check_default_stream();
  }
  return status != success ? status : work();
}

DevicePointer address_of(const void* host) { return reinterpret_cast<DevicePointer>(host); }

template <class T>
Status fill_now(DevicePointer address, size_t pitch, T value, size_t width, size_t height) {
  return now([=] { return fill<T>(address, pitch, value, width, height); });
}

template <class T>
Status fill_later(DevicePointer address, size_t pitch, T value, size_t width, size_t height, Stream* stream) {
  return enqueue(stream, [=] { return fill<T>(address, pitch, value, width, height); });
}

}  // namespace
}  // namespace emulator

using namespace emulator;

API Status cuMemcpyHtoD_v2(DevicePointer to, const void* from, size_t bytes) {
  return now([=] { return copy("cuMemcpyHtoD", to, true, address_of(from), false, bytes); });
}

API Status cuMemcpyDtoH_v2(void* to, DevicePointer from, size_t bytes) {
  return now([=] { return copy("cuMemcpyDtoH", address_of(to), false, from, true, bytes); });
}

API Status cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, size_t bytes) {
  return now([=] { return copy("cuMemcpyDtoD", to, true, from, true, bytes); });
}

API Status cuMemcpy(DevicePointer to, DevicePointer from, size_t bytes) {
  return now([=] { return copy("cuMemcpy", to, false, from, false, bytes); });
}

API Status cuMemcpyHtoDAsync_v2(DevicePointer to, const void* from, size_t bytes, Stream* stream) {
  return enqueue(stream, [=] { return copy("cuMemcpyHtoDAsync", to, true, address_of(from), false, bytes); });
}

API Status cuMemcpyDtoHAsync_v2(void* to, DevicePointer from, size_t bytes, Stream* stream) {
  return enqueue(stream, [=] { return copy("cuMemcpyDtoHAsync", address_of(to), false, from, true, bytes); });
}

API Status cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, Stream* stream) {
  return enqueue(stream, [=] { return copy("cuMemcpyDtoDAsync", to, true, from, true, bytes); });
}

API Status cuMemcpyAsync(DevicePointer to, DevicePointer from, size_t bytes, Stream* stream) {
  return enqueue(stream, [=] { return copy("cuMemcpyAsync", to, false, from, false, bytes); });
}

API Status cuMemcpy2D_v2(const Copy2D* c) {
  Copy2D copied = *c;
  return now([copied] { return copy2d(copied); });
}

API Status cuMemcpy2DUnaligned_v2(const Copy2D* c) { return cuMemcpy2D_v2(c); }

API Status cuMemcpy2DAsync_v2(const Copy2D* c, Stream* stream) {
  Copy2D copied = *c;
  return enqueue(stream, [copied] { return copy2d(copied); });
}

API Status cuMemsetD8_v2(DevicePointer p, unsigned char v, size_t n) { return fill_now(p, 0, v, n, 1); }
API Status cuMemsetD16_v2(DevicePointer p, unsigned short v, size_t n) { return fill_now(p, 0, v, n, 1); }
API Status cuMemsetD32_v2(DevicePointer p, unsigned v, size_t n) { return fill_now(p, 0, v, n, 1); }

API Status cuMemsetD8Async(DevicePointer p, unsigned char v, size_t n, Stream* s) { return fill_later(p, 0, v, n, 1, s); }
API Status cuMemsetD16Async(DevicePointer p, unsigned short v, size_t n, Stream* s) { return fill_later(p, 0, v, n, 1, s); }
API Status cuMemsetD32Async(DevicePointer p, unsigned v, size_t n, Stream* s) { return fill_later(p, 0, v, n, 1, s); }

API Status cuMemsetD2D8_v2(DevicePointer p, size_t pitch, unsigned char v, size_t w, size_t h) {
  return fill_now(p, pitch, v, w, h);
}
API Status cuMemsetD2D16_v2(DevicePointer p, size_t pitch, unsigned short v, size_t w, size_t h) {
  return fill_now(p, pitch, v, w, h);
}
API Status cuMemsetD2D32_v2(DevicePointer p, size_t pitch, unsigned v, size_t w, size_t h) {
  return fill_now(p, pitch, v, w, h);
}

API Status cuMemsetD2D8Async(DevicePointer p, size_t pitch, unsigned char v, size_t w, size_t h, Stream* s) {
  return fill_later(p, pitch, v, w, h, s);
}
API Status cuMemsetD2D16Async(DevicePointer p, size_t pitch, unsigned short v, size_t w, size_t h, Stream* s) {
  return fill_later(p, pitch, v, w, h, s);
}
API Status cuMemsetD2D32Async(DevicePointer p, size_t pitch, unsigned v, size_t w, size_t h, Stream* s) {
  return fill_later(p, pitch, v, w, h, s);
}
