// Tensor cores' products, the loads that feed them, and asynchronous copies to shared memory.
#pragma once
#include "threads.h"

#pragma GCC visibility push(hidden)
extern "C" {
// d[4] += a b of one warp, on fragments as PTX's mma.m16n8k16 lays them out; kind 0: f16, 1: bf16.
void emulator_mma_16x8x16(int kind, float* d, const unsigned* a, const unsigned* b);
void emulator_mma_16x8x8(int kind, float* d, const unsigned* a, const unsigned* b);  // kind 2: tf32 as well
void emulator_ldmatrix(int count, bool transposed, unsigned* registers, const void* row);
void emulator_copy_async(void* shared, const void* global, unsigned bytes, unsigned source_bytes);
void emulator_copy_async_commit();
void emulator_copy_async_wait(unsigned groups_left);
void* emulator_shared_address(unsigned offset);
}
#pragma GCC visibility pop
