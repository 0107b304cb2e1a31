// Atomics. g++ turns the builtins into calls that the runtime checks like every other access.
#pragma once
#include "types.h"

namespace emulator {
template <class T, class U, class Change>
T atomic_update(T* address, Change change) {
  static_assert(sizeof(T) == sizeof(U), "");
  U* bits = reinterpret_cast<U*>(address);
  U seen = __atomic_load_n(bits, __ATOMIC_RELAXED);
  while (true) {
    T old;
    __builtin_memcpy(&old, &seen, sizeof(T));
    T next = change(old);
    U next_bits;
    __builtin_memcpy(&next_bits, &next, sizeof(T));
    if (__atomic_compare_exchange_n(bits, &seen, next_bits, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
      return old;
    }
  }
}
}  // namespace emulator

inline float atomicAdd(float* p, float v) {
  return emulator::atomic_update<float, unsigned>(p, [v](float old) { return old + v; });
}
inline double atomicAdd(double* p, double v) {
  return emulator::atomic_update<double, unsigned long long>(p, [v](double old) { return old + v; });
}

#define EMULATOR_ATOMICS(T, U)                                                                                   \
  inline T atomicAdd(T* p, T v) { return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST); }                           \
  inline T atomicSub(T* p, T v) { return __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST); }                           \
  inline T atomicAnd(T* p, T v) { return __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST); }                           \
  inline T atomicOr(T* p, T v) { return __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST); }                             \
  inline T atomicXor(T* p, T v) { return __atomic_fetch_xor(p, v, __ATOMIC_SEQ_CST); }                           \
  inline T atomicExch(T* p, T v) { return __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST); }                         \
  inline T atomicMax(T* p, T v) {                                                                                \
    return emulator::atomic_update<T, U>(p, [v](T old) { return old < v ? v : old; });                           \
  }                                                                                                              \
  inline T atomicMin(T* p, T v) {                                                                                \
    return emulator::atomic_update<T, U>(p, [v](T old) { return v < old ? v : old; });                           \
  }                                                                                                              \
  inline T atomicCAS(T* p, T expected, T next) {                                                                 \
    __atomic_compare_exchange_n(p, &expected, next, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                  \
    return expected;                                                                                             \
  }

EMULATOR_ATOMICS(int, unsigned)
EMULATOR_ATOMICS(unsigned, unsigned)
EMULATOR_ATOMICS(unsigned long long, unsigned long long)

inline float atomicExch(float* p, float v) {
  return emulator::atomic_update<float, unsigned>(p, [v](float) { return v; });
}
inline unsigned atomicInc(unsigned* p, unsigned limit) {
  return emulator::atomic_update<unsigned, unsigned>(p, [limit](unsigned old) { return old >= limit ? 0 : old + 1; });
}
inline unsigned atomicDec(unsigned* p, unsigned limit) {
  return emulator::atomic_update<unsigned, unsigned>(
      p, [limit](unsigned old) { return old == 0 || old > limit ? limit : old - 1; });
}
