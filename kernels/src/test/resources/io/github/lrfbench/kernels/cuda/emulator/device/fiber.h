// Threads of a block are fibers: each has a stack and gives up the processor only at barriers, at what a warp does
// together, and at its end. Which runs next is decided in `schedule`.
#pragma once
#include <cstdint>

#include "../shared/kernel_object.h"

namespace emulator {

constexpr unsigned warp_size = 32;
constexpr unsigned max_threads = 1024;
constexpr unsigned max_warps = max_threads / warp_size;

struct Index3 {
  unsigned x, y, z;
};

struct Thread {
  void* stack_pointer;
  unsigned stack;  // which of the worker's stacks
  Index3 index;
};

// Lanes of one warp that meet at the same operation, until the last of them arrives.
struct Meeting {
  unsigned arrived;
  unsigned mask;
  const char* operation;
  void* slots[warp_size];
};

struct Warp {
  unsigned ready;      // lanes that can run
  unsigned unstarted;  // of those, the ones that have not begun
  unsigned done;
  unsigned at_barrier;
  unsigned lanes;  // that exist
  uint16_t epoch;
  Meeting meetings[warp_size];  // by the lowest lane of their mask
};

struct Block {
  Launch* launch;
  Index3 index;
  unsigned threads;
  unsigned warps;
  unsigned done;
  unsigned at_barrier;
  uint32_t first_epoch;  // shared memory written earlier than this is not written at all
  int barrier_count;     // of true predicates
  int barrier_result;
  unsigned current;  // thread
  long long waiting_since;  // for another block; 0 if never
  bool running;
};

extern Block block;
extern Warp warps[max_warps];
extern Thread threads[max_threads];

void run_block();

// The current thread waits; others run until something makes it ready.
void suspend();

// Lets the others run first.
void yield();

// All lanes of the mask meet. The last to arrive calls `complete` with what all of them brought.
void meet(const char* operation, unsigned mask, void* slot, void (*complete)(void** slots, unsigned mask));

// Ends the launch: says what the current thread did wrong.
[[noreturn]] void raise(Fault fault, const char* format, ...) __attribute__((format(printf, 2, 3)));

// Leaves the block at once.
[[noreturn]] void leave();

}  // namespace emulator
