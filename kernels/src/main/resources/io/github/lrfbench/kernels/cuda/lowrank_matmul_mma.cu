// y = activation((x down) up + bias) on tensor cores, with the middle in shared memory: one launch
// instead of two products and an epilogue, for ranks up to 128.
//
// x [rows, inputs], down [inputs, rank], up [rank, outputs], y [rows, outputs] of half or bf16 with
// strides; bias [outputs] or null. RANK: rank rounded up to a multiple of 16; ROWS: rows of a
// block, 16, 32 or 64; WARPS: a multiple of ROWS / 16; DEPTH: inputs of a stage, a multiple of
// 16 WARPS / (ROWS / 16); STAGES: at least 2; VECTOR: 8 or 1; ACTIVATION.
// Grid: (splits * groups, rows / ROWS rounded up), blocks of 32 WARPS threads.
// Shared memory: dynamic, elem [RANK][COLS + 8] twice, elem [ROWS][RANK + 8], and the largest of
// the stages' tiles, the warps' sums of the middle and the tiles of results.
//
// Few rows are bound by the time that V takes to come through one multiprocessor (64 bytes a
// cycle) and by latency, so that
// - each block computes the middle of its rows anew and then only its share of the columns: V comes
//   from the second-level cache, and no block waits for another (splits = 1);
// - where there are many inputs, splits adjacent blocks share them, exchange sums of the middle
//   through memory and a counter, and add them in a fixed order. They wait for each other, so that
//   the launch must be a cooperative one, which runs all blocks at once. Two counters a group:
//   arrived and left; the last to leave clears both for the next launch;
// - the first columns of U are under way before anything else, and STAGES - 1 pieces of x and V
//   while one is multiplied, with one barrier a piece.
// Warps split a stage's depth among them, because the middle is narrow: each multiplies 16 rows by
// all of RANK, which reads a fragment of x once, and their sums are added through shared memory.

#include "tiles.cuh"

constexpr int THREADS = 32 * WARPS;
constexpr int ROW_WARPS = ROWS / 16;
constexpr int OTHER_WARPS = WARPS / ROW_WARPS;
constexpr int COLS = 64;
constexpr int WIDTH = COLS / OTHER_WARPS;
constexpr int X_TILE = ROWS * (DEPTH + TILE_PAD);
constexpr int STAGE = X_TILE + DEPTH * (RANK + TILE_PAD);
constexpr int UP_TILE = RANK * (COLS + TILE_PAD);
constexpr int MIDDLE = ROWS * (RANK + TILE_PAD);
constexpr int SUM_WIDTH = RANK + 8;

// Counters that blocks wait for: what a thread wrote before the first is seen after the second.
__device__ __forceinline__ void add_release(unsigned* counter, unsigned value) {
  asm volatile("red.release.gpu.global.add.u32 [%0], %1;" : : "l"(counter), "r"(value) : "memory");
}

__device__ __forceinline__ unsigned load_acquire(const unsigned* counter) {
  unsigned value;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(counter) : "memory");
  return value;
}

struct quad {
  float at[4];
};

__device__ __forceinline__ quad operator+(quad a, quad b) {
  return quad{a.at[0] + b.at[0], a.at[1] + b.at[1], a.at[2] + b.at[2], a.at[3] + b.at[3]};
}

__device__ __forceinline__ quad load_quad(const float* source) {
  quad q;
  load(source, q.at);
  return q;
}

__device__ __forceinline__ void wait_for_group(unsigned* arrived, unsigned splits) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    add_release(arrived, 1);
    while (load_acquire(arrived) < splits) {
    }
  }
  __syncthreads();
}

extern "C" __global__ void __launch_bounds__(THREADS) lowrank_matmul_mma(
    const elem* x, long long x_stride, const elem* down, long long down_stride, const elem* up,
    long long up_stride, const elem* bias, elem* y, long long y_stride, int rows, int inputs,
    int rank, int outputs, int splits, int columns, float* partials, unsigned* counters) {
  extern __shared__ __align__(16) unsigned char memory[];
  elem* up_tiles = (elem*)memory;
  elem* middle = up_tiles + 2 * UP_TILE;
  elem* stages = middle + MIDDLE;
  float* sums = (float*)stages;

  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  int row_warp = warp % ROW_WARPS;
  int other_warp = warp / ROW_WARPS;
  int split = blockIdx.x % splits;
  long long group = blockIdx.y * (gridDim.x / splits) + blockIdx.x / splits;
  long long top = blockIdx.y * (long long)ROWS;
  int first = blockIdx.x * columns;
  int last = min(outputs, first + columns);
  int share = (inputs + splits * DEPTH - 1) / (splits * DEPTH) * DEPTH;
  int from = split * share;
  int to = min(inputs, from + share);
  int pieces = max(0, (to - from + DEPTH - 1) / DEPTH);
  x += top * x_stride;
  y += top * y_stride;
  int height = rows - top < ROWS ? (int)(rows - top) : ROWS;

  auto load_up = [&](int col) {
    load_tile<RANK, COLS, THREADS>(
        up_tiles + (col - first) / COLS % 2 * UP_TILE, up + col, up_stride, rank, last - col);
  };
  auto load_stage = [&](int piece) {
    elem* stage = stages + piece % STAGES * STAGE;
    int at = from + piece * DEPTH;
    load_tile<ROWS, DEPTH, THREADS>(stage, x + at, x_stride, height, to - at);
    load_tile<DEPTH, RANK, THREADS>(
        stage + X_TILE, down + at * down_stride, down_stride, to - at, rank);
  };

  if (first < last) {
    load_up(first);
  }
#pragma unroll
  for (int piece = 0; piece < STAGES - 1; piece++) {
    if (piece < pieces) {
      load_stage(piece);
    }
    cp_async_commit();
  }
  float d[RANK / 8][4] = {};
  for (int piece = 0; piece < pieces; piece++) {
    cp_async_wait<STAGES - 2>();
    __syncthreads();
    if (piece + STAGES - 1 < pieces) {
      load_stage(piece + STAGES - 1);
    }
    cp_async_commit();
    const elem* x_tile = stages + piece % STAGES * STAGE + 16 * row_warp * (DEPTH + TILE_PAD);
    const elem* down_tile = stages + piece % STAGES * STAGE + X_TILE;
#pragma unroll
    for (int k = 0; k < DEPTH / 16 / OTHER_WARPS; k++) {
      int depth = 16 * (k * OTHER_WARPS + other_warp);
      unsigned a[4];
      load_left<DEPTH>(a, x_tile + depth);
#pragma unroll
      for (int n = 0; n < RANK / 16; n++) {
        unsigned b[2][2];
        load_right<RANK>(b, down_tile + depth * (RANK + TILE_PAD) + 16 * n);
        multiply(d[2 * n], a, b[0]);
        multiply(d[2 * n + 1], a, b[1]);
      }
    }
  }
  cp_async_wait<0>();
  __syncthreads();

  float* own = sums + (other_warp * ROWS + 16 * row_warp + lane / 4) * SUM_WIDTH + lane % 4 * 2;
#pragma unroll
  for (int n = 0; n < RANK / 8; n++) {
    *(float2*)(own + 8 * n) = make_float2(d[n][0], d[n][1]);
    *(float2*)(own + 8 * n + 8 * SUM_WIDTH) = make_float2(d[n][2], d[n][3]);
  }
  __syncthreads();
  float* exchange = partials + group * splits * ROWS * RANK;
  for (int i = threadIdx.x * 4; i < ROWS * RANK; i += THREADS * 4) {
    const float* at = sums + i / RANK * SUM_WIDTH + i % RANK;
    quad sum = load_quad(at);
#pragma unroll
    for (int k = 1; k < OTHER_WARPS; k++) {
      sum = sum + load_quad(at + k * ROWS * SUM_WIDTH);
    }
    if (splits == 1) {
      store(middle + i / RANK * (RANK + TILE_PAD) + i % RANK, sum.at);
    } else {
      store(exchange + split * ROWS * RANK + i, sum.at);
    }
  }
  if (splits > 1) {
    wait_for_group(counters + 2 * group, splits);
    for (int i = threadIdx.x * 4; i < ROWS * RANK; i += THREADS * 4) {
      quad sum = load_quad(exchange + i);
      for (int s = 1; s < splits; s++) {
        sum = sum + load_quad(exchange + s * ROWS * RANK + i);
      }
      store(middle + i / RANK * (RANK + TILE_PAD) + i % RANK, sum.at);
    }
  }
  __syncthreads();
  if (splits > 1 && threadIdx.x == 0) {
    unsigned* counter = counters + 2 * group;
    if (atomicAdd(counter + 1, 1u) == splits - 1) {
      counter[0] = 0;
      counter[1] = 0;
    }
  }

  unsigned a[RANK / 16][4];
#pragma unroll
  for (int k = 0; k < RANK / 16; k++) {
    load_left<RANK>(a[k], middle + 16 * row_warp * (RANK + TILE_PAD) + 16 * k);
  }
  elem* out = stages + warp * 16 * (WIDTH + TILE_PAD);
  for (int col = first; col < last; col += COLS) {
    __syncthreads();
    if (col + COLS < last) {
      load_up(col + COLS);
    }
    cp_async_commit();
    cp_async_wait<1>();
    __syncthreads();
    const elem* up_tile = up_tiles + (col - first) / COLS % 2 * UP_TILE + other_warp * WIDTH;
    float c[WIDTH / 8][4] = {};
#pragma unroll
    for (int k = 0; k < RANK / 16; k++) {
#pragma unroll
      for (int n = 0; n < WIDTH / 16; n++) {
        unsigned b[2][2];
        load_right<COLS>(b, up_tile + 16 * k * (COLS + TILE_PAD) + 16 * n);
        multiply(c[2 * n], a[k], b[0]);
        multiply(c[2 * n + 1], a[k], b[1]);
      }
    }
    int start = col + other_warp * WIDTH;
#pragma unroll
    for (int n = 0; n < WIDTH / 8; n++) {
#pragma unroll
      for (int e = 0; e < 2; e++) {
        int at = start + 8 * n + lane % 4 * 2 + e;
        float added = bias && at < last ? widen(bias[at]) : 0.0f;
        c[n][e] = activate<ACTIVATION>(c[n][e] + added);
        c[n][e + 2] = activate<ACTIVATION>(c[n][e + 2] + added);
      }
      store_accumulator<WIDTH>(out + 8 * n, c[n]);
    }
    __syncwarp();
    store_rows<16, WIDTH>(
        y + 16 * row_warp * y_stride + start, y_stride, out, height - 16 * row_warp, last - start);
    __syncwarp();
  }
}
