// Qualifiers, vector types and the special variables of a thread.
#pragma once

#define __CUDACC__ 1
#define __CUDACC_RTC__ 1
#define __CUDACC_VER_MAJOR__ 12
#define __CUDACC_VER_MINOR__ 6

#define __global__ emulator_global
#define __shared__ emulator_shared
#define __launch_bounds__(...) emulator_launch_bounds(__VA_ARGS__)
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __grid_constant__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#define __restrict __restrict__

using size_t = decltype(sizeof(0));

#define EMULATOR_VECTORS(T, name, align2, align4)                                                                \
  struct name##1 {                                                                                               \
    T x;                                                                                                         \
  };                                                                                                             \
  struct alignas(align2) name##2 {                                                                               \
    T x, y;                                                                                                      \
  };                                                                                                             \
  struct name##3 {                                                                                               \
    T x, y, z;                                                                                                   \
  };                                                                                                             \
  struct alignas(align4) name##4 {                                                                               \
    T x, y, z, w;                                                                                                \
  };                                                                                                             \
  inline name##1 make_##name##1(T x) { return {x}; }                                                             \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; }                                                     \
  inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }                                             \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }

EMULATOR_VECTORS(signed char, char, 2, 4)
EMULATOR_VECTORS(unsigned char, uchar, 2, 4)
EMULATOR_VECTORS(short, short, 4, 8)
EMULATOR_VECTORS(unsigned short, ushort, 4, 8)
EMULATOR_VECTORS(int, int, 8, 16)
EMULATOR_VECTORS(unsigned, uint, 8, 16)
EMULATOR_VECTORS(long, long, 16, 16)
EMULATOR_VECTORS(unsigned long, ulong, 16, 16)
EMULATOR_VECTORS(long long, longlong, 16, 16)
EMULATOR_VECTORS(unsigned long long, ulonglong, 16, 16)
EMULATOR_VECTORS(float, float, 8, 16)
EMULATOR_VECTORS(double, double, 16, 16)

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

// Constant as far as one thread of a kernel can tell.
#pragma GCC visibility push(hidden)
extern "C" {
extern const uint3 threadIdx;
extern const uint3 blockIdx;
extern const uint3 blockDim;
extern const uint3 gridDim;
extern const int warpSize;
extern char emulator_dynamic_shared[];
}
#pragma GCC visibility pop
