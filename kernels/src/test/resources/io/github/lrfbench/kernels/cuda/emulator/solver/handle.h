// cuSOLVER's handle and statuses, and how its calls reach the stream and device memory.
#pragma once
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../driver/api.h"
#include "../driver/context.h"
#include "../driver/diagnosis.h"
#include "../driver/memory.h"
#include "../driver/stream.h"
#include "dense.h"

namespace emulator {

using SolverStatus = int;  // a cusolverStatus_t
constexpr SolverStatus solver_success = 0;
constexpr SolverStatus solver_not_initialized = 1;
constexpr SolverStatus solver_invalid_value = 3;
constexpr SolverStatus solver_execution_failed = 6;
constexpr SolverStatus solver_not_supported = 9;

enum Jobz { no_vectors = 0, vectors = 1 };
enum Fill { lower = 0, upper = 1 };
enum DataType { real_32 = 0, real_64 = 1 };

struct SolverHandle {
  Stream* stream = nullptr;
  int device = current_device();
};

bool is_handle(SolverHandle* handle);

SolverStatus refuse(const std::string& call, const std::string& why, SolverStatus status = solver_invalid_value);

// Runs or records the work.
SolverStatus submit(SolverHandle* handle, Work work);

// As submit, for calls that wait for the device and cannot be captured.
SolverStatus submit_waiting(SolverHandle* handle, const std::string& call, Work work);

// Answers a bufferSize call of the 64-bit kind.
SolverStatus sizes_of(SolverHandle* handle, size_t device, size_t host, size_t* device_bytes, size_t* host_bytes);

// Whether the host may write there: asked of the system, so that a wild pointer is refused instead of followed.
bool host_writable(const void* address, size_t bytes);

Status check_operand(const std::string& call, const char* operand, const void* address, size_t bytes);

// A matrix in device memory: what a call names it, where it lies, its sizes.
template <class T>
struct DeviceMatrix {
  const char* name;
  T* address;
  int64_t rows;
  int64_t columns;
  int64_t leading;

  bool wrong() const { return rows < 0 || columns < 0 || leading < (rows > 1 ? rows : 1); }

  Status check(const std::string& call) const {
    size_t bytes = rows == 0 || columns == 0 ? 0 : ((columns - 1) * leading + rows) * sizeof(T);
    return check_operand(call, name, address, bytes);
  }

  Matrix read() const {
    Matrix m(rows, columns);
    for (int64_t j = 0; j < columns; j++) {
      for (int64_t i = 0; i < rows; i++) {
        m.at(i, j) = address[j * leading + i];
      }
    }
    return m;
  }

  // Whether the sum of squares is a normal number of the type: nobody promises that a matrix is scaled.
  bool squares_in_range() const {
    T sum = 0;
    bool zero = true;
    for (int64_t j = 0; j < columns; j++) {
      for (int64_t i = 0; i < rows; i++) {
        T x = address[j * leading + i];
        sum += x * x;
        zero = zero && x == 0;
      }
    }
    return zero || (sum >= std::numeric_limits<T>::min() && sum <= std::numeric_limits<T>::max());
  }

  // The symmetric matrix of which one triangle is stored.
  Matrix read_symmetric(int fill) const {
    Matrix m(rows, columns);
    for (int64_t j = 0; j < columns; j++) {
      for (int64_t i = j; i < rows; i++) {
        m.at(i, j) = m.at(j, i) = fill == lower ? address[j * leading + i] : address[i * leading + j];
      }
    }
    return m;
  }

  // As many columns as both have.
  void write(const Matrix& m) const {
    for (int64_t j = 0; j < columns && j < m.columns; j++) {
      for (int64_t i = 0; i < rows; i++) {
        address[j * leading + i] = static_cast<T>(m.at(i, j));
      }
    }
  }

  // What CUDA says is destroyed holds not-a-numbers afterwards.
  void destroy() const {
    for (int64_t j = 0; j < columns; j++) {
      for (int64_t i = 0; i < rows; i++) {
        address[j * leading + i] = std::numeric_limits<T>::quiet_NaN();
      }
    }
  }
};

template <class T>
DeviceMatrix<T> device_vector(const char* name, T* address, int64_t count) {
  return {name, address, count, 1, count};
}

template <class T>
Matrix column_of(const std::vector<double>& values) {
  Matrix m(static_cast<int64_t>(values.size()), 1);
  m.data = values;
  return m;
}

// The workspace of a call: as large as its bufferSize said, and overwritten by it.
struct Workspace {
  void* address;
  size_t bytes;
  size_t needed;

  Status check(const std::string& call) const;
  void overwrite() const;
};

// The first status that is no success.
template <class... S>
Status first_failure(S... statuses) {
  Status result = success;
  for (Status status : {statuses...}) {
    result = result != success ? result : status;
  }
  return result;
}

}  // namespace emulator
