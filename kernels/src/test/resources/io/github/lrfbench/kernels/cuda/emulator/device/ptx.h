// PTX instructions by name, with dots as underscores; operands come in the order of the instruction's text. See
// compiler/rewrite_asm.cpp.
#pragma once
#include "halves.h"
#include "math.h"
#include "matrix.h"
#include "threads.h"

namespace emulator_ptx {

using emulator::bfloat_to_float;
using emulator::float_to_bfloat;
using emulator::float_to_half;
using emulator::float_to_tf32;
using emulator::half_to_float;

using u16 = unsigned short;
using u32 = unsigned;

template <class T>
u16 low16(T bits) {
  static_assert(sizeof(T) == 2 || sizeof(T) == 4, "");
  u32 whole = 0;
  __builtin_memcpy(&whole, &bits, sizeof(T));
  return static_cast<u16>(whole);
}

template <class T, class From>
void put(T& to, From from) {
  static_assert(sizeof(T) >= sizeof(From), "");
  to = T();
  __builtin_memcpy(&to, &from, sizeof(From));
}

inline u32 pack(u16 low, u16 high) { return low | static_cast<u32>(high) << 16; }

// Conversions.
template <class H>
void cvt_f32_f16(float& x, H h) {
  x = half_to_float(low16(h));
}
template <class H>
void cvt_f32_bf16(float& x, H b) {
  x = bfloat_to_float(low16(b));
}
template <class H>
void cvt_rn_f16_f32(H& h, float x) {
  put(h, float_to_half(x));
}
template <class H>
void cvt_rn_bf16_f32(H& b, float x) {
  put(b, float_to_bfloat(x));
}
template <class W>
void cvt_rn_f16x2_f32(W& word, float high, float low) {
  put(word, pack(float_to_half(low), float_to_half(high)));
}
template <class W>
void cvt_rn_bf16x2_f32(W& word, float high, float low) {
  put(word, pack(float_to_bfloat(low), float_to_bfloat(high)));
}
template <class W>
void cvt_rna_tf32_f32(W& word, float x) {
  put(word, float_to_tf32(x));
}

// Approximations, which are exact here.
inline void ex2_approx_f32(float& y, float x) { y = __builtin_exp2f(x); }
inline void ex2_approx_ftz_f32(float& y, float x) { y = __builtin_exp2f(x); }
inline void lg2_approx_f32(float& y, float x) { y = __builtin_log2f(x); }
inline void lg2_approx_ftz_f32(float& y, float x) { y = __builtin_log2f(x); }
inline void rcp_approx_f32(float& y, float x) { y = 1.0f / x; }
inline void rcp_approx_ftz_f32(float& y, float x) { y = 1.0f / x; }
inline void sqrt_approx_f32(float& y, float x) { y = __builtin_sqrtf(x); }
inline void sqrt_approx_ftz_f32(float& y, float x) { y = __builtin_sqrtf(x); }
inline void rsqrt_approx_f32(float& y, float x) { y = 1.0f / __builtin_sqrtf(x); }
inline void rsqrt_approx_ftz_f32(float& y, float x) { y = 1.0f / __builtin_sqrtf(x); }
inline void tanh_approx_f32(float& y, float x) { y = __builtin_tanhf(x); }

// Two halves at a time.
template <class Change>
u32 each_half(Change change) {
  return pack(float_to_half(change(0)), float_to_half(change(16)));
}
template <class Change>
u32 each_bfloat(Change change) {
  return pack(float_to_bfloat(change(0)), float_to_bfloat(change(16)));
}
inline float half_at(u32 word, int shift) { return half_to_float(static_cast<u16>(word >> shift)); }
inline float bfloat_at(u32 word, int shift) { return bfloat_to_float(static_cast<u16>(word >> shift)); }

#define EMULATOR_PAIRS(suffix, each, at)                                                                         \
  inline void add_##suffix(u32& d, u32 a, u32 b) {                                                               \
    d = each([=](int s) { return at(a, s) + at(b, s); });                                                        \
  }                                                                                                              \
  inline void add_rn_##suffix(u32& d, u32 a, u32 b) { add_##suffix(d, a, b); }                                   \
  inline void mul_##suffix(u32& d, u32 a, u32 b) {                                                               \
    d = each([=](int s) { return at(a, s) * at(b, s); });                                                        \
  }                                                                                                              \
  inline void mul_rn_##suffix(u32& d, u32 a, u32 b) { mul_##suffix(d, a, b); }                                   \
  inline void max_##suffix(u32& d, u32 a, u32 b) {                                                               \
    d = each([=](int s) { return __builtin_fmaxf(at(a, s), at(b, s)); });                                        \
  }                                                                                                              \
  inline void min_##suffix(u32& d, u32 a, u32 b) {                                                               \
    d = each([=](int s) { return __builtin_fminf(at(a, s), at(b, s)); });                                        \
  }                                                                                                              \
  inline void fma_rn_##suffix(u32& d, u32 a, u32 b, u32 c) {                                                     \
    d = each([=](int s) { return __builtin_fmaf(at(a, s), at(b, s), at(c, s)); });                               \
  }
EMULATOR_PAIRS(f16x2, each_half, half_at)
EMULATOR_PAIRS(bf16x2, each_bfloat, bfloat_at)

// Tensor cores.
#define EMULATOR_MMA_16(name, kind)                                                                              \
  inline void name(float& d0, float& d1, float& d2, float& d3, u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1,   \
                   float c0, float c1, float c2, float c3) {                                                     \
    float d[4] = {c0, c1, c2, c3};                                                                               \
    u32 a[4] = {a0, a1, a2, a3};                                                                                 \
    u32 b[2] = {b0, b1};                                                                                         \
    emulator_mma_16x8x16(kind, d, a, b);                                                                         \
    d0 = d[0];                                                                                                   \
    d1 = d[1];                                                                                                   \
    d2 = d[2];                                                                                                   \
    d3 = d[3];                                                                                                   \
  }
EMULATOR_MMA_16(mma_sync_aligned_m16n8k16_row_col_f32_f16_f16_f32, 0)
EMULATOR_MMA_16(mma_sync_aligned_m16n8k16_row_col_f32_bf16_bf16_f32, 1)

#define EMULATOR_MMA_8(name, kind)                                                                               \
  inline void name(float& d0, float& d1, float& d2, float& d3, u32 a0, u32 a1, u32 b0, float c0, float c1,       \
                   float c2, float c3) {                                                                         \
    float d[4] = {c0, c1, c2, c3};                                                                               \
    u32 a[2] = {a0, a1};                                                                                         \
    u32 b[1] = {b0};                                                                                             \
    emulator_mma_16x8x8(kind, d, a, b);                                                                          \
    d0 = d[0];                                                                                                   \
    d1 = d[1];                                                                                                   \
    d2 = d[2];                                                                                                   \
    d3 = d[3];                                                                                                   \
  }
EMULATOR_MMA_8(mma_sync_aligned_m16n8k8_row_col_f32_f16_f16_f32, 0)
EMULATOR_MMA_8(mma_sync_aligned_m16n8k8_row_col_f32_bf16_bf16_f32, 1)

inline void mma_sync_aligned_m16n8k8_row_col_f32_tf32_tf32_f32(float& d0, float& d1, float& d2, float& d3, u32 a0,
                                                               u32 a1, u32 a2, u32 a3, u32 b0, u32 b1, float c0,
                                                               float c1, float c2, float c3) {
  float d[4] = {c0, c1, c2, c3};
  u32 a[4] = {a0, a1, a2, a3};
  u32 b[2] = {b0, b1};
  emulator_mma_16x8x8(2, d, a, b);
  d0 = d[0];
  d1 = d[1];
  d2 = d[2];
  d3 = d[3];
}

// Shared memory is addressed by 32 bits, global memory by 64.
inline void* shared(u32 offset) { return emulator_shared_address(offset); }
inline const void* global(unsigned long long address) { return reinterpret_cast<const void*>(address); }
inline const void* global(const void* address) { return address; }

#define EMULATOR_LDMATRIX(name, transposed)                                                                      \
  inline void ldmatrix_sync_aligned_m8n8_x1##name(u32& r0, u32 row) {                                            \
    emulator_ldmatrix(1, transposed, &r0, shared(row));                                                          \
  }                                                                                                              \
  inline void ldmatrix_sync_aligned_m8n8_x2##name(u32& r0, u32& r1, u32 row) {                                   \
    u32 r[2];                                                                                                    \
    emulator_ldmatrix(2, transposed, r, shared(row));                                                            \
    r0 = r[0];                                                                                                   \
    r1 = r[1];                                                                                                   \
  }                                                                                                              \
  inline void ldmatrix_sync_aligned_m8n8_x4##name(u32& r0, u32& r1, u32& r2, u32& r3, u32 row) {                 \
    u32 r[4];                                                                                                    \
    emulator_ldmatrix(4, transposed, r, shared(row));                                                            \
    r0 = r[0];                                                                                                   \
    r1 = r[1];                                                                                                   \
    r2 = r[2];                                                                                                   \
    r3 = r[3];                                                                                                   \
  }
EMULATOR_LDMATRIX(_shared_b16, false)
EMULATOR_LDMATRIX(_trans_shared_b16, true)
EMULATOR_LDMATRIX(_shared__cta_b16, false)
EMULATOR_LDMATRIX(_trans_shared__cta_b16, true)

// Asynchronous copies.
template <class Address>
void cp_async_cg_shared_global(u32 to, Address from, u32 bytes, u32 source_bytes) {
  emulator_copy_async(shared(to), global(from), bytes, source_bytes);
}
template <class Address>
void cp_async_cg_shared_global(u32 to, Address from, u32 bytes) {
  emulator_copy_async(shared(to), global(from), bytes, bytes);
}
template <class Address>
void cp_async_ca_shared_global(u32 to, Address from, u32 bytes, u32 source_bytes) {
  emulator_copy_async(shared(to), global(from), bytes, source_bytes);
}
template <class Address>
void cp_async_ca_shared_global(u32 to, Address from, u32 bytes) {
  emulator_copy_async(shared(to), global(from), bytes, bytes);
}
inline void cp_async_commit_group() { emulator_copy_async_commit(); }
inline void cp_async_wait_group(u32 left) { emulator_copy_async_wait(left); }
inline void cp_async_wait_all() {
  emulator_copy_async_commit();
  emulator_copy_async_wait(0);
}

// Global memory.
template <class Address>
void ld_acquire_gpu_global_u32(u32& value, Address address) {
  value = emulator_load_acquire(static_cast<const u32*>(global(address)));
}
template <class Address>
void red_release_gpu_global_add_u32(Address address, u32 value) {
  __atomic_fetch_add(static_cast<u32*>(const_cast<void*>(global(address))), value, __ATOMIC_SEQ_CST);
}
template <class Address>
void ld_global_nc_v4_u32(u32& x, u32& y, u32& z, u32& w, Address address) {
  uint4 v = *static_cast<const uint4*>(global(address));
  x = v.x;
  y = v.y;
  z = v.z;
  w = v.w;
}
template <class Address>
void ld_global_nc_v4_f32(float& x, float& y, float& z, float& w, Address address) {
  float4 v = *static_cast<const float4*>(global(address));
  x = v.x;
  y = v.y;
  z = v.z;
  w = v.w;
}

}  // namespace emulator_ptx
