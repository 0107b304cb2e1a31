// Numbers of 16 bits, and tf32, in software.
#pragma once

namespace emulator {

inline float half_to_float(unsigned short h) { return static_cast<float>(__builtin_bit_cast(_Float16, h)); }

// Rounds to the nearest, ties to even; what is too large becomes infinite.
inline unsigned short float_to_half(float x) { return __builtin_bit_cast(unsigned short, static_cast<_Float16>(x)); }

inline float bfloat_to_float(unsigned short b) { return __builtin_bit_cast(float, static_cast<unsigned>(b) << 16); }

inline unsigned short float_to_bfloat(float x) {
  unsigned bits = __builtin_bit_cast(unsigned, x);
  if (__builtin_isnan(x)) {
    return 0x7fff;
  }
  return static_cast<unsigned short>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Ten bits of mantissa are kept; ties go away from zero, as cvt.rna does.
inline unsigned float_to_tf32(float x) {
  unsigned bits = __builtin_bit_cast(unsigned, x);
  return (bits & 0x7f800000) == 0x7f800000 ? bits : (bits + 0x1000) & ~0x1fffu;
}

}  // namespace emulator
