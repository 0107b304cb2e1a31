// y = softmax(scale q k^T) v of every head within every sequence, as in attention.cu, on tensor
// cores (Dao 2023, FlashAttention-2): scores and probabilities stay in registers.
//
// q, k, v, y [rows, heads * size] of half or bf16 with strides; offsets I32 [sequences + 1].
// HEAD: size rounded up to a multiple of 16; WARPS: 16 queries each; STAGES: key tiles under way;
// VECTOR: 8 or 1 elements an access, a divisor of size.
// Grid: (longest sequence / (16 WARPS) rounded up, heads, sequences), blocks of 32 WARPS threads.
// Shared memory: dynamic, elem [16 WARPS + 2 STAGES * 64][HEAD + 8].
//
// Keys and values come in tiles of 64 rows by asynchronous copies, the next while the present one
// is multiplied; up to 128 tokens everything is under way at once. Queries are read from shared
// memory once. The probabilities' accumulators are the left operand of the second product as they
// are. exp is 2^x with log2(e) in the scale. Results pass through the queries' place in shared
// memory, so that stores are whole 16-byte pieces.

#include "tiles.cuh"

constexpr int KEYS = 64;
constexpr int THREADS = 32 * WARPS;
constexpr int QUERIES = 16 * WARPS;
constexpr int DEPTHS = HEAD / 16;
constexpr int TILE_SIZE = KEYS * (HEAD + TILE_PAD);

__device__ __forceinline__ float lanes4_max(float x) {
  x = larger(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return larger(x, __shfl_xor_sync(0xffffffffu, x, 2));
}

__device__ __forceinline__ float lanes4_sum(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

extern "C" __global__ void __launch_bounds__(THREADS) attention_mma(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* v,
    long long v_stride, elem* y, long long y_stride, const int* offsets, int rows, int size,
    double scale, int causal) {
  extern __shared__ __align__(16) unsigned char memory[];
  elem* queries = (elem*)memory;
  elem* keys = queries + QUERIES * (HEAD + TILE_PAD);
  elem* values = keys + STAGES * TILE_SIZE;

  long long start = max(offsets[blockIdx.z], 0);
  int length = min(offsets[blockIdx.z + 1], rows) - (int)start;
  int first = blockIdx.x * QUERIES;
  if (first >= length) {
    return;
  }
  int left = blockIdx.y * size;
  q += (start + first) * q_stride + left;
  k += start * k_stride + left;
  v += start * v_stride + left;
  y += (start + first) * y_stride + left;
  int end = causal ? min(length, first + QUERIES) : length;
  int tiles = (end + KEYS - 1) / KEYS;

  load_tile<QUERIES, HEAD, THREADS>(queries, q, q_stride, length - first, size);
#pragma unroll
  for (int stage = 0; stage < STAGES; stage++) {
    int from = stage * KEYS;
    if (stage < tiles) {
      load_tile<KEYS, HEAD, THREADS>(
          keys + stage * TILE_SIZE, k + from * k_stride, k_stride, length - from, size);
      load_tile<KEYS, HEAD, THREADS>(
          values + stage * TILE_SIZE, v + from * v_stride, v_stride, length - from, size);
    }
    cp_async_commit();
  }

  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  elem* own = queries + warp * 16 * (HEAD + TILE_PAD);
  unsigned a[DEPTHS][4];
  float out[2 * DEPTHS][4] = {};
  float largest[2] = {negative_infinity(0.0f), negative_infinity(0.0f)};
  float sum[2] = {};
  float factor = (float)(scale * 1.4426950408889634);

  for (int tile = 0; tile < tiles; tile++) {
    cp_async_wait<STAGES - 1>();
    __syncthreads();
    if (tile == 0) {
#pragma unroll
      for (int d = 0; d < DEPTHS; d++) {
        load_left<HEAD>(a[d], own + 16 * d);
      }
    }
    const elem* key_tile = keys + tile % STAGES * TILE_SIZE;
    const elem* value_tile = values + tile % STAGES * TILE_SIZE;

    float s[KEYS / 8][4] = {};
#pragma unroll
    for (int d = 0; d < DEPTHS; d++) {
#pragma unroll
      for (int n = 0; n < KEYS / 16; n++) {
        unsigned b[2][2];
        load_right_transposed<HEAD>(b, key_tile + 16 * n * (HEAD + TILE_PAD) + 16 * d);
        multiply(s[2 * n], a[d], b[0]);
        multiply(s[2 * n + 1], a[d], b[1]);
      }
    }

    int from = tile * KEYS;
    bool masked = from + KEYS > length || (causal && from + KEYS > first + warp * 16);
    float before[2] = {largest[0], largest[1]};
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        s[n][e] *= factor;
        if (masked) {
          int key = from + 8 * n + lane % 4 * 2 + e % 2;
          int query = first + warp * 16 + lane / 4 + e / 2 * 8;
          if (key >= length || (causal && key > query)) {
            s[n][e] = negative_infinity(0.0f);
          }
        }
        largest[e / 2] = larger(largest[e / 2], s[n][e]);
      }
    }
    float shift[2];
#pragma unroll
    for (int h = 0; h < 2; h++) {
      largest[h] = lanes4_max(largest[h]);
      // A row without any key yet keeps its sum of zero.
      shift[h] = largest[h] == negative_infinity(0.0f) ? 0.0f : largest[h];
      float correction = power_of_two(before[h] - shift[h]);
      sum[h] *= correction;
#pragma unroll
      for (int n = 0; n < 2 * DEPTHS; n++) {
        out[n][2 * h] *= correction;
        out[n][2 * h + 1] *= correction;
      }
    }
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        s[n][e] = power_of_two(s[n][e] - shift[e / 2]);
        sum[e / 2] += s[n][e];
      }
    }

#pragma unroll
    for (int j = 0; j < KEYS / 16; j++) {
      unsigned p[4] = {
          pack<elem>(s[2 * j][0], s[2 * j][1]), pack<elem>(s[2 * j][2], s[2 * j][3]),
          pack<elem>(s[2 * j + 1][0], s[2 * j + 1][1]),
          pack<elem>(s[2 * j + 1][2], s[2 * j + 1][3])};
#pragma unroll
      for (int n = 0; n < DEPTHS; n++) {
        unsigned b[2][2];
        load_right<HEAD>(b, value_tile + 16 * j * (HEAD + TILE_PAD) + 16 * n);
        multiply(out[2 * n], p, b[0]);
        multiply(out[2 * n + 1], p, b[1]);
      }
    }

    int next = tile + STAGES;
    if (next < tiles) {
      __syncthreads();
      int at = next * KEYS;
      load_tile<KEYS, HEAD, THREADS>(
          keys + tile % STAGES * TILE_SIZE, k + at * k_stride, k_stride, length - at, size);
      load_tile<KEYS, HEAD, THREADS>(
          values + tile % STAGES * TILE_SIZE, v + at * v_stride, v_stride, length - at, size);
    }
    cp_async_commit();
  }

#pragma unroll
  for (int h = 0; h < 2; h++) {
    float inverse = 1.0f / lanes4_sum(sum[h]);
#pragma unroll
    for (int n = 0; n < 2 * DEPTHS; n++) {
      out[n][2 * h] *= inverse;
      out[n][2 * h + 1] *= inverse;
    }
  }
  __syncwarp();
#pragma unroll
  for (int n = 0; n < 2 * DEPTHS; n++) {
    store_accumulator<HEAD>(own + 8 * n, out[n]);
  }
  __syncwarp();
  store_rows<16, HEAD>(y + warp * 16 * y_stride, y_stride, own, length - first - warp * 16, size);
}
