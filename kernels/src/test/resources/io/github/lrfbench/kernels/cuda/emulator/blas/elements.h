// Elements of matrices in the types that cuBLAS takes.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../device/halves.h"

namespace emulator {

enum DataType { real_32 = 0, real_64 = 1, real_16 = 2, bfloat_16 = 14 };

inline size_t element_bytes(int type) {
  switch (type) {
    case real_32:
      return 4;
    case real_64:
      return 8;
    case real_16:
    case bfloat_16:
      return 2;
    default:
      return 0;  // not supported
  }
}

template <class T>
T load_element(int type, const void* matrix, size_t index) {
  switch (type) {
    case real_32:
      return static_cast<T>(static_cast<const float*>(matrix)[index]);
    case real_64:
      return static_cast<T>(static_cast<const double*>(matrix)[index]);
    case real_16:
      return static_cast<T>(half_to_float(static_cast<const uint16_t*>(matrix)[index]));
    default:
      return static_cast<T>(bfloat_to_float(static_cast<const uint16_t*>(matrix)[index]));
  }
}

template <class T>
void store_element(int type, void* matrix, size_t index, T value) {
  switch (type) {
    case real_32:
      static_cast<float*>(matrix)[index] = static_cast<float>(value);
      break;
    case real_64:
      static_cast<double*>(matrix)[index] = value;
      break;
    case real_16:
      static_cast<uint16_t*>(matrix)[index] = float_to_half(static_cast<float>(value));
      break;
    default:
      static_cast<uint16_t*>(matrix)[index] = float_to_bfloat(static_cast<float>(value));
      break;
  }
}

// To the ten bits of mantissa that tensor cores keep of a float.
inline float round_to_tf32(float x) { return __builtin_bit_cast(float, float_to_tf32(x)); }

}  // namespace emulator
