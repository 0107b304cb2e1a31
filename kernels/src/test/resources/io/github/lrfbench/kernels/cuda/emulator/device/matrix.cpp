// Tensor cores, ldmatrix and cp.async.
#include <cstring>
#include <vector>

#include "access.h"
#include "fiber.h"
#include "halves.h"

using namespace emulator;

#define HIDDEN extern "C" __attribute__((visibility("hidden")))

namespace {

constexpr unsigned whole_warp = 0xffffffffu;

enum Kind { f16, bf16, tf32 };

struct Fragments {
  int kind;
  int depth;  // 16 or 8
  float* d;
  const unsigned* a;
  const unsigned* b;
};

float element(int kind, unsigned word, int half) {
  unsigned short bits = static_cast<unsigned short>(word >> 16 * half);
  return kind == f16 ? half_to_float(bits) : bfloat_to_float(bits);
}

// Fragments as in the PTX manual: with g = lane / 4 and t = lane % 4, register i of a holds row g + 8 (i mod 2) and
// columns 2t + 8 (i div 2) and the next; register i of b rows 2t + 8 i and the next of column g; d rows g, g, g+8, g+8
// and columns 2t, 2t+1, 2t, 2t+1.
void multiply(void** slots, unsigned) {
  const Fragments* lanes[warp_size];
  for (unsigned i = 0; i < warp_size; i++) {
    lanes[i] = static_cast<const Fragments*>(slots[i]);
  }
  int kind = lanes[0]->kind;
  int depth = lanes[0]->depth;
  float a[16][16];
  float b[16][8];
  for (int lane = 0; lane < 32; lane++) {
    int g = lane / 4;
    int t = lane % 4;
    const Fragments& f = *lanes[lane];
    if (kind == tf32) {
      for (int i = 0; i < 4; i++) {
        a[g + 8 * (i % 2)][t + 4 * (i / 2)] = __builtin_bit_cast(float, f.a[i] & ~0x1fffu);
      }
      for (int i = 0; i < 2; i++) {
        b[t + 4 * i][g] = __builtin_bit_cast(float, f.b[i] & ~0x1fffu);
      }
      continue;
    }
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < depth / 4; i++) {
        a[g + 8 * (i % 2)][2 * t + half + 8 * (i / 2)] = element(kind, f.a[i], half);
      }
      for (int i = 0; i < depth / 8; i++) {
        b[2 * t + half + 8 * i][g] = element(kind, f.b[i], half);
      }
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    for (int i = 0; i < 4; i++) {
      int row = lane / 4 + 8 * (i / 2);
      int column = lane % 4 * 2 + i % 2;
      float sum = lanes[lane]->d[i];
      for (int k = 0; k < depth; k++) {
        sum += a[row][k] * b[k][column];
      }
      lanes[lane]->d[i] = sum;
    }
  }
}

struct MatrixLoad {
  int count;
  bool transposed;
  unsigned* registers;
  const unsigned short* row;
};

void load(void** slots, unsigned) {
  const MatrixLoad* lanes[warp_size];
  for (unsigned i = 0; i < warp_size; i++) {
    lanes[i] = static_cast<const MatrixLoad*>(slots[i]);
  }
  for (int lane = 0; lane < 32; lane++) {
    for (int m = 0; m < lanes[0]->count; m++) {
      unsigned word = 0;
      for (int half = 0; half < 2; half++) {
        int row = lane / 4;
        int column = lane % 4 * 2 + half;
        unsigned value = lanes[0]->transposed ? lanes[8 * m + column]->row[row] : lanes[8 * m + row]->row[column];
        word |= value << 16 * half;
      }
      lanes[lane]->registers[m] = word;
    }
  }
}

struct AsyncCopy {
  char* to;
  const char* from;
  unsigned bytes;
  unsigned source_bytes;
};

// Per thread: copies that were issued, and how many groups of them were committed. Memory is taken from the heap:
// a launch that ends early leaves them to the next block.
struct Pending {
  uint32_t block_epoch = 0;
  std::vector<AsyncCopy> open;
  std::vector<std::vector<AsyncCopy>> groups;
};

}  // namespace

namespace emulator {

Pending pending_copies[max_threads];

}  // namespace emulator

namespace {

Pending& pending() {
  Pending& own = pending_copies[block.current];
  if (own.block_epoch != block.first_epoch) {
    own.open.clear();
    own.groups.clear();
    own.block_epoch = block.first_epoch;
  }
  return own;
}

}  // namespace

HIDDEN void emulator_mma_16x8x16(int kind, float* d, const unsigned* a, const unsigned* b) {
  Fragments fragments{kind, 16, d, a, b};
  meet("mma.sync.m16n8k16", whole_warp, &fragments, multiply);
}

HIDDEN void emulator_mma_16x8x8(int kind, float* d, const unsigned* a, const unsigned* b) {
  Fragments fragments{kind, 8, d, a, b};
  meet("mma.sync.m16n8k8", whole_warp, &fragments, multiply);
}

HIDDEN void emulator_ldmatrix(int count, bool transposed, unsigned* registers, const void* row) {
  uintptr_t address = reinterpret_cast<uintptr_t>(row);
  if (block.current % warp_size < static_cast<unsigned>(8 * count)) {
    if (address % 16 != 0) {
      raise(Fault::misaligned_address, "ldmatrix from a row at 0x%lx, which is not a multiple of 16",
            static_cast<unsigned long>(address));
    }
    check_access(address, 16, Access::read);
  }
  MatrixLoad own{count, transposed, registers, static_cast<const unsigned short*>(row)};
  meet("ldmatrix.sync", whole_warp, &own, load);
}

HIDDEN void emulator_copy_async(void* shared, const void* global, unsigned bytes, unsigned source_bytes) {
  uintptr_t to = reinterpret_cast<uintptr_t>(shared);
  uintptr_t from = reinterpret_cast<uintptr_t>(global);
  if (to % bytes != 0 || (source_bytes != 0 && from % bytes != 0) || source_bytes > bytes) {
    raise(Fault::misaligned_address, "cp.async of %u bytes from 0x%lx to 0x%lx", bytes, static_cast<unsigned long>(from),
          static_cast<unsigned long>(to));
  }
  if (source_bytes != 0) {
    check_access(from, source_bytes, Access::read);
  }
  check_access(to, bytes, Access::asynchronous);
  pending().open.push_back({static_cast<char*>(shared), static_cast<const char*>(global), bytes, source_bytes});
}

HIDDEN void emulator_copy_async_commit() {
  Pending& own = pending();
  own.groups.push_back(std::move(own.open));
  own.open.clear();
}

HIDDEN void emulator_copy_async_wait(unsigned groups_left) {
  Pending& own = pending();
  while (own.groups.size() > groups_left) {
    for (const AsyncCopy& copy : own.groups.front()) {
      std::memcpy(copy.to, copy.from, copy.source_bytes);
      std::memset(copy.to + copy.source_bytes, 0, copy.bytes - copy.source_bytes);
      finish_asynchronous(reinterpret_cast<uintptr_t>(copy.to), copy.bytes);
    }
    own.groups.erase(own.groups.begin());
  }
}
