// Barriers, and what the lanes of a warp do together.
#pragma once
#include "types.h"

namespace emulator {
enum Reduction { reduce_none, reduce_count, reduce_and, reduce_or };
enum Vote { vote_ballot, vote_any, vote_all };
enum Shuffle { shuffle_index, shuffle_up, shuffle_down, shuffle_xor };
}  // namespace emulator

#pragma GCC visibility push(hidden)
extern "C" {
int emulator_block_barrier(int reduction, int predicate);
void emulator_warp_barrier(unsigned mask);
unsigned emulator_vote(int vote, unsigned mask, int predicate);
unsigned long long emulator_shuffle(int kind, unsigned mask, unsigned long long value, int operand, int width);
unsigned long long emulator_match(unsigned mask, unsigned long long value);
unsigned emulator_active_mask();
unsigned emulator_lane();
void emulator_trap();
long long emulator_clock();
unsigned emulator_shared_offset(const void* address);
unsigned emulator_load_acquire(const unsigned* address);
}
#pragma GCC visibility pop

inline void __syncthreads() { emulator_block_barrier(emulator::reduce_none, 0); }
inline int __syncthreads_count(int predicate) { return emulator_block_barrier(emulator::reduce_count, predicate); }
inline int __syncthreads_and(int predicate) { return emulator_block_barrier(emulator::reduce_and, predicate); }
inline int __syncthreads_or(int predicate) { return emulator_block_barrier(emulator::reduce_or, predicate); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { emulator_warp_barrier(mask); }
inline unsigned __ballot_sync(unsigned mask, int p) { return emulator_vote(emulator::vote_ballot, mask, p); }
inline int __any_sync(unsigned mask, int p) { return emulator_vote(emulator::vote_any, mask, p); }
inline int __all_sync(unsigned mask, int p) { return emulator_vote(emulator::vote_all, mask, p); }
template <class T>
unsigned __match_any_sync(unsigned mask, T value) {
  unsigned long long bits = 0;
  __builtin_memcpy(&bits, &value, sizeof(T));
  return emulator_match(mask, bits);
}
inline unsigned __activemask() { return emulator_active_mask(); }
inline void __trap() { emulator_trap(); }
inline long long clock64() { return emulator_clock(); }
inline void __nanosleep(unsigned) {}
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
#define assert(condition) ((condition) ? (void)0 : emulator_trap())

namespace emulator {
template <class T>
T shuffle(Shuffle kind, unsigned mask, T value, int operand, int width) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 2, "shuffles move 2, 4 or 8 bytes");
  unsigned long long bits = 0;
  __builtin_memcpy(&bits, &value, sizeof(T));
  bits = emulator_shuffle(kind, mask, bits, operand, width);
  __builtin_memcpy(&value, &bits, sizeof(T));
  return value;
}
}  // namespace emulator

template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32) {
  return emulator::shuffle(emulator::shuffle_index, mask, value, lane, width);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return emulator::shuffle(emulator::shuffle_up, mask, value, delta, width);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  return emulator::shuffle(emulator::shuffle_down, mask, value, delta, width);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32) {
  return emulator::shuffle(emulator::shuffle_xor, mask, value, lanes, width);
}

// A shared address as PTX sees it: 32 bits, from the start of the object's image.
inline size_t __cvta_generic_to_shared(const void* address) { return emulator_shared_offset(address); }
