// Barriers and the collective operations of a warp.
#include <sched.h>

#include <cstring>
#include <ctime>

#include "access.h"
#include "fiber.h"

using namespace emulator;

#define HIDDEN extern "C" __attribute__((visibility("hidden")))

extern "C" {
extern char emulator_dynamic_shared[];
}

namespace {

constexpr long long longest_wait_ns = 60'000'000'000;

enum Reduction { reduce_none, reduce_count, reduce_and, reduce_or };
enum VoteKind { vote_ballot, vote_any, vote_all };
enum ShuffleKind { shuffle_index, shuffle_up, shuffle_down, shuffle_xor };

template <class Each>
void for_lanes(unsigned mask, Each each) {
  for (; mask != 0; mask &= mask - 1) {
    each(static_cast<unsigned>(__builtin_ctz(mask)));
  }
}

struct Vote {
  int predicate;
  unsigned ballot;
};

struct Shuffle {
  unsigned long long value;
  int source;
  unsigned long long result;
  bool valid;
};

struct Match {
  unsigned long long value;
  unsigned mask;
};

int source_lane(int kind, int lane, int operand, int width) {
  int begin = lane & ~(width - 1);
  int end = begin + width;
  int source = lane;
  switch (kind) {
    case shuffle_index:
      return begin | (operand & (width - 1));
    case shuffle_up:
      source = lane - operand;
      break;
    case shuffle_down:
      source = lane + operand;
      break;
    case shuffle_xor:
      source = lane ^ operand;
      return source < end ? source : lane;
  }
  return source >= begin && source < end ? source : lane;
}

}  // namespace

HIDDEN int emulator_block_barrier(int reduction, int predicate) {
  Warp& warp = warps[block.current / warp_size];
  warp.at_barrier |= 1u << block.current % warp_size;
  block.at_barrier++;
  block.barrier_count += predicate != 0;
  suspend();
  int count = block.barrier_result;
  switch (reduction) {
    case reduce_and:
      return count == static_cast<int>(block.threads);
    case reduce_or:
      return count > 0;
    default:
      return count;
  }
}

HIDDEN void emulator_warp_barrier(unsigned mask) {
  meet("__syncwarp", mask, nullptr, [](void**, unsigned) { warps[block.current / warp_size].epoch++; });
}

HIDDEN unsigned emulator_vote(int kind, unsigned mask, int predicate) {
  Vote vote{predicate, 0};
  meet("a vote of the warp", mask, &vote, [](void** slots, unsigned lanes) {
    unsigned ballot = 0;
    for_lanes(lanes, [&](unsigned lane) { ballot |= (static_cast<Vote*>(slots[lane])->predicate != 0) << lane; });
    for_lanes(lanes, [&](unsigned lane) { static_cast<Vote*>(slots[lane])->ballot = ballot; });
  });
  return kind == vote_ballot ? vote.ballot : kind == vote_any ? vote.ballot != 0 : vote.ballot == mask;
}

HIDDEN unsigned long long emulator_shuffle(int kind, unsigned mask, unsigned long long value, int operand, int width) {
  int lane = static_cast<int>(block.current % warp_size);
  Shuffle shuffle{value, source_lane(kind, lane, operand, width), 0, false};
  meet("a shuffle", mask, &shuffle, [](void** slots, unsigned lanes) {
    for_lanes(lanes, [&](unsigned lane) {
      Shuffle* own = static_cast<Shuffle*>(slots[lane]);
      own->valid = (lanes >> own->source & 1) != 0;
      if (own->valid) {
        own->result = static_cast<Shuffle*>(slots[own->source])->value;
      }
    });
  });
  if (!shuffle.valid) {
    raise(Fault::launch_failed, "a shuffle reads from lane %d, which is not in its mask 0x%x", shuffle.source, mask);
  }
  return shuffle.result;
}

HIDDEN unsigned long long emulator_match(unsigned mask, unsigned long long value) {
  Match match{value, 0};
  meet("__match_any_sync", mask, &match, [](void** slots, unsigned lanes) {
    for_lanes(lanes, [&](unsigned a) {
      for_lanes(lanes, [&](unsigned b) {
        bool equal = static_cast<Match*>(slots[a])->value == static_cast<Match*>(slots[b])->value;
        static_cast<Match*>(slots[a])->mask |= static_cast<unsigned>(equal) << b;
      });
    });
  });
  return match.mask;
}

HIDDEN unsigned emulator_active_mask() {
  const Warp& warp = warps[block.current / warp_size];
  return warp.lanes & ~warp.done;
}

HIDDEN unsigned emulator_lane() { return block.current % warp_size; }

HIDDEN void emulator_trap() { raise(Fault::launch_failed, "trap"); }

HIDDEN long long emulator_clock() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

HIDDEN unsigned emulator_shared_offset(const void* address) {
  return static_cast<unsigned>(reinterpret_cast<uintptr_t>(address) - block.launch->image_begin);
}

HIDDEN void* emulator_shared_address(unsigned offset) {
  return reinterpret_cast<void*>(block.launch->image_begin + offset);
}

// A load that may be part of a loop that waits for another block: lets others run, and gives up after a while.
HIDDEN unsigned emulator_load_acquire(const unsigned* address) {
  check_access(reinterpret_cast<uintptr_t>(address), sizeof *address, Access::read);
  unsigned value = __atomic_load_n(address, __ATOMIC_ACQUIRE);
  if (block.waiting_since == 0) {
    block.waiting_since = emulator_clock();
  } else if (emulator_clock() - block.waiting_since > longest_wait_ns) {
    raise(Fault::launch_failed, "waits at 0x%lx for another block, which does not come",
          reinterpret_cast<unsigned long>(address));
  }
  sched_yield();
  yield();
  return value;
}
