#include "fiber.h"

#include "access.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#ifndef __x86_64__
#error "the emulator switches stacks on x86-64 only"
#endif

namespace emulator {

Block block;
Warp warps[max_warps];
Thread threads[max_threads];

}  // namespace emulator

extern "C" {
// What kernels see as threadIdx and so on.
__attribute__((visibility("hidden"))) emulator::Index3 threadIdx, blockIdx, blockDim, gridDim;
extern __attribute__((visibility("hidden"))) const int warpSize = 32;

// Saves where we are on this stack and goes on where the other stack was left.
__attribute__((visibility("hidden"))) void emulator_switch(void** save, void* load);
}

asm(R"(
.text
.hidden emulator_switch
.globl emulator_switch
.type emulator_switch, @function
emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulator_switch, . - emulator_switch
)");

namespace emulator {
namespace {

constexpr uint64_t canary = 0x6c72662d62656e63;

void* host_stack;
unsigned free_stacks[max_threads];
unsigned free_count;

unsigned lowest(unsigned bits) { return __builtin_ctz(bits); }

char* stack_of(unsigned number) { return block.launch->worker->stacks + number * block.launch->worker->stack_bytes; }

void become(unsigned thread) {
  block.current = thread;
  threadIdx = threads[thread].index;
}

void release_barrier() {
  block.launch->worker->epoch++;
  block.barrier_result = block.barrier_count;
  block.barrier_count = 0;
  block.at_barrier = 0;
  for (unsigned w = 0; w < block.warps; w++) {
    warps[w].ready = warps[w].at_barrier;
    warps[w].at_barrier = 0;
    warps[w].epoch++;
  }
}

// Nobody can run: either all wait at the barrier, which opens, or the block is stuck.
void resolve_standstill() {
  if (block.at_barrier == block.threads) {
    release_barrier();
    return;
  }
  for (unsigned w = 0; w < block.warps; w++) {
    for (const Meeting& meeting : warps[w].meetings) {
      if (meeting.arrived != 0) {
        become(w * warp_size + lowest(meeting.arrived));
        raise(Fault::launch_failed, "%s is not reached by every lane of its mask 0x%x: warp %u, arrived 0x%x, ended 0x%x",
              meeting.operation, meeting.mask, w, meeting.arrived, warps[w].done);
      }
    }
  }
  for (unsigned w = 0; w < block.warps; w++) {
    if (warps[w].at_barrier != 0) {
      become(w * warp_size + lowest(warps[w].at_barrier));
      break;
    }
  }
  raise(Fault::launch_failed, "__syncthreads is not reached by every thread of the block: %u wait, %u have ended, of %u",
        block.at_barrier, block.done, block.threads);
}

// The next thread to run, nearest first; max_threads when all are done.
unsigned next(unsigned first_warp, unsigned after_lane) {
  while (true) {
    Warp& warp = warps[first_warp];
    if (warp.ready != 0) {
      unsigned later = after_lane >= warp_size - 1 ? 0 : warp.ready & ~((2u << after_lane) - 1);
      return first_warp * warp_size + lowest(later != 0 ? later : warp.ready);
    }
    for (unsigned i = 1; i < block.warps; i++) {
      unsigned w = first_warp + i < block.warps ? first_warp + i : first_warp + i - block.warps;
      if (warps[w].ready != 0) {
        return w * warp_size + lowest(warps[w].ready);
      }
    }
    if (block.done == block.threads) {
      return max_threads;
    }
    resolve_standstill();
  }
}

void thread_main();

void begin(unsigned thread, void** save) {
  unsigned number = free_stacks[--free_count];
  threads[thread].stack = number;
  char* bottom = stack_of(number);
  std::memcpy(bottom, &canary, sizeof canary);
  void** top = reinterpret_cast<void**>(bottom + block.launch->worker->stack_bytes);
  top -= 1;  // thread_main finds the stack as after a call
  *--top = reinterpret_cast<void*>(&thread_main);
  for (int i = 0; i < 6; i++) {
    *--top = nullptr;
  }
  become(thread);
  emulator_switch(save, top);
}

// Goes on with the thread; comes back when somebody resumes what is saved here.
void resume(unsigned thread, void** save) {
  if (thread == max_threads) {
    emulator_switch(save, host_stack);
    return;
  }
  Warp& warp = warps[thread / warp_size];
  unsigned bit = 1u << thread % warp_size;
  if (warp.unstarted & bit) {
    warp.unstarted &= ~bit;
    begin(thread, save);
  } else {
    become(thread);
    emulator_switch(save, threads[thread].stack_pointer);
  }
}

void finish_current() {
  uint64_t found;
  std::memcpy(&found, stack_of(threads[block.current].stack), sizeof found);
  if (found != canary) {
    raise(Fault::launch_failed, "the stack overflowed");
  }
  Warp& warp = warps[block.current / warp_size];
  unsigned bit = 1u << block.current % warp_size;
  warp.ready &= ~bit;
  warp.done |= bit;
  block.done++;
}

// Runs one thread after the other on this stack, as long as they are new ones.
void thread_main() {
  while (true) {
    block.launch->entry->run(block.launch->parameters);
    finish_current();
    unsigned stack = threads[block.current].stack;
    unsigned thread = next(block.current / warp_size, block.current % warp_size);
    void* abandoned;
    if (thread == max_threads) {
      emulator_switch(&abandoned, host_stack);
    }
    Warp& warp = warps[thread / warp_size];
    unsigned bit = 1u << thread % warp_size;
    if ((warp.unstarted & bit) == 0) {
      free_stacks[free_count++] = stack;
      resume(thread, &abandoned);
    }
    warp.unstarted &= ~bit;
    threads[thread].stack = stack;
    become(thread);
  }
}

}  // namespace

void run_block() {
  const Launch& launch = *block.launch;
  block.threads = launch.block[0] * launch.block[1] * launch.block[2];
  block.warps = (block.threads + warp_size - 1) / warp_size;
  block.done = 0;
  block.at_barrier = 0;
  block.barrier_count = 0;
  block.waiting_since = 0;
  block.first_epoch = ++block.launch->worker->epoch;
  free_count = 0;
  for (unsigned i = block.threads; i-- > 0;) {
    free_stacks[free_count++] = i;
  }
  unsigned thread = 0;
  for (unsigned z = 0; z < launch.block[2]; z++) {
    for (unsigned y = 0; y < launch.block[1]; y++) {
      for (unsigned x = 0; x < launch.block[0]; x++) {
        threads[thread++].index = {x, y, z};
      }
    }
  }
  for (unsigned w = 0; w < block.warps; w++) {
    unsigned lanes = w + 1 < block.warps || block.threads % warp_size == 0 ? ~0u : (1u << block.threads % warp_size) - 1;
    Warp& warp = warps[w];
    warp.ready = warp.unstarted = warp.lanes = lanes;
    warp.done = warp.at_barrier = 0;
    warp.epoch = 0;
    for (Meeting& meeting : warp.meetings) {
      meeting.arrived = 0;
    }
  }
  blockIdx = block.index;
  block.running = true;
  warps[0].unstarted &= ~1u;
  begin(0, &host_stack);
  block.running = false;
}

void suspend() {
  unsigned self = block.current;
  warps[self / warp_size].ready &= ~(1u << self % warp_size);
  unsigned thread = next(self / warp_size, self % warp_size);
  if (thread != self) {
    resume(thread, &threads[self].stack_pointer);
  }
}

void yield() {
  if (block.launch->stopped->load(std::memory_order_relaxed)) {
    leave();
  }
  unsigned self = block.current;
  unsigned own = self / warp_size;
  unsigned lane = self % warp_size;
  unsigned later = lane == warp_size - 1 ? 0 : warps[own].ready & ~((2u << lane) - 1);
  unsigned thread = self;
  if (later != 0) {
    thread = own * warp_size + lowest(later);
  } else {
    unsigned w = own;
    do {
      w = w + 1 < block.warps ? w + 1 : 0;
    } while (warps[w].ready == 0);
    thread = w * warp_size + lowest(warps[w].ready);
  }
  if (thread != self) {
    resume(thread, &threads[self].stack_pointer);
  }
}

void meet(const char* operation, unsigned mask, void* slot, void (*complete)(void** slots, unsigned mask)) {
  unsigned lane = block.current % warp_size;
  unsigned bit = 1u << lane;
  Warp& warp = warps[block.current / warp_size];
  if ((mask & bit) == 0) {
    raise(Fault::launch_failed, "%s by a lane that is not in its mask 0x%x", operation, mask);
  }
  Meeting& meeting = warp.meetings[lowest(mask)];
  if (meeting.arrived == 0) {
    meeting.mask = mask;
    meeting.operation = operation;
  } else if (meeting.mask != mask || meeting.operation != operation) {
    raise(Fault::launch_failed, "%s with mask 0x%x, while other lanes of the warp are at %s with mask 0x%x", operation, mask,
          meeting.operation, meeting.mask);
  }
  meeting.slots[lane] = slot;
  meeting.arrived |= bit;
  if (meeting.arrived != mask) {
    suspend();
    return;
  }
  meeting.arrived = 0;
  complete(meeting.slots, mask);
  warp.ready |= mask;
}

void leave() {
  void* abandoned;
  emulator_switch(&abandoned, host_stack);
  __builtin_unreachable();
}

void raise(Fault fault, const char* format, ...) {
  Launch& launch = *block.launch;
  const Index3& t = threads[block.current].index;
  int used = std::snprintf(launch.diagnosis, sizeof launch.diagnosis, "kernel %s, block (%u,%u,%u), thread (%u,%u,%u): ",
                           launch.entry->name, block.index.x, block.index.y, block.index.z, t.x, t.y, t.z);
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(launch.diagnosis + used, sizeof launch.diagnosis - used, format, arguments);
  va_end(arguments);
  launch.fault = fault;
  launch.stopped->store(true);
  leave();
}

}  // namespace emulator

// Runs blocks until none is left; the driver calls this.
extern "C" __attribute__((visibility("default"))) void emulator_run(emulator::Launch* launch) {
  using namespace emulator;
  block.launch = launch;
  if (!begin_accesses()) {
    launch->fault = Fault::launch_failed;
    std::snprintf(launch->diagnosis, sizeof launch->diagnosis, "kernel %s: too much shared memory", launch->entry->name);
    return;
  }
  blockDim = {launch->block[0], launch->block[1], launch->block[2]};
  gridDim = {launch->grid[0], launch->grid[1], launch->grid[2]};
  uint64_t plane = uint64_t(launch->grid[0]) * launch->grid[1];
  uint64_t blocks = plane * launch->grid[2];
  while (!launch->stopped->load()) {
    uint64_t number = launch->next_block->fetch_add(1);
    if (number >= blocks) {
      break;
    }
    block.index = {static_cast<unsigned>(number % launch->grid[0]),
                   static_cast<unsigned>(number / launch->grid[0] % launch->grid[1]),
                   static_cast<unsigned>(number / plane)};

    run_block();
  }
}
