// cuBLAS's handle, statuses and how its calls reach the stream.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "../driver/api.h"
#include "../driver/context.h"
#include "../driver/diagnosis.h"
#include "../driver/memory.h"
#include "../driver/stream.h"

namespace emulator {

using BlasStatus = int;  // a cublasStatus_t
constexpr BlasStatus blas_success = 0;
constexpr BlasStatus blas_not_initialized = 1;
constexpr BlasStatus blas_invalid_value = 7;
constexpr BlasStatus blas_execution_failed = 13;
constexpr BlasStatus blas_not_supported = 15;

enum PointerMode { host_pointers = 0, device_pointers = 1 };
enum MathMode { default_math = 0, tensor_op_math = 1, pedantic_math = 2, tf32_math = 3 };

struct BlasHandle {
  Stream* stream = nullptr;
  int pointer_mode = host_pointers;
  int math_mode = default_math;
  int atomics_mode = 0;
  int device = current_device();
  std::atomic<bool> busy{false};
};

bool is_handle(BlasHandle* handle);

// A call in words, and the fault, as a diagnosis.
BlasStatus refuse(BlasStatus status, const std::string& call, const std::string& why);

// Checks the handle, which must not be used by two threads at once, and runs or records the work.
BlasStatus submit(BlasHandle* handle, const std::string& call, Work work);

// Success, or a failure that names the operand.
Status check_operand(const std::string& call, const char* operand, const void* address, size_t bytes);

// The scalar behind a pointer: of the host now, or of the device when the work runs.
template <class T>
std::function<Status(T*)> scalar(BlasHandle* handle, const std::string& call, const char* operand, const void* pointer) {
  if (handle->pointer_mode == host_pointers) {
    T value = *static_cast<const T*>(pointer);
    return [value](T* out) {
      *out = value;
      return success;
    };
  }
  return [=](T* out) {
    Status status = check_operand(call, operand, pointer, sizeof(T));
    if (status == success) {
      *out = *static_cast<const T*>(pointer);
    }
    return status;
  };
}

// Bytes from the first to the last element of a column-major matrix.
inline size_t matrix_bytes(int64_t rows, int64_t columns, int64_t leading, size_t element) {
  return rows <= 0 || columns <= 0 ? 0 : ((columns - 1) * leading + rows) * element;
}

}  // namespace emulator
