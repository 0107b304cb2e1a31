// The backward pass of attention, which computes the probabilities P anew (Dao et al. 2022). With
// dropout's factors m: dv = (P m)^T dy, dP = (dy v^T) m, dS = P (dP - rowsum(dP P)),
// dq = scale dS k, dk = scale dS^T q.
//
// q, k, v, dy, dq, dk, dv [rows, heads * size] with strides; offsets I32 [sequences + 1];
// statistics acc [rows * heads][2]: the logarithm of the sum of exp(scores), and rowsum(dP P).
// HEAD, TILE, VECTOR, DROPOUT as in attention.cu.
// Grid: (longest sequence / TILE rounded up, heads, sequences), blocks of 256 threads, for
// attention_gradient_queries and then attention_gradient_keys.
// Shared memory: dynamic, acc [4][TILE][HEAD + PAD] and acc [2][TILE][TILE + PAD].
//
// The first kernel owns a tile of queries: it goes over the keys once for the statistics and once
// for dq. The second owns a tile of keys and goes over the queries, so that no sum is shared by
// blocks and all are taken in the same order at each run.

#include "sequences.cuh"

__device__ __forceinline__ acc factor_of(
    long long query, int key, double rate, long long seed) {
  return DROPOUT
      ? acc(dropout_factor(
            attention_index(query, blockIdx.y, gridDim.y, key), (float)rate, seed))
      : acc(1);
}

extern "C" __global__ void __launch_bounds__(256) attention_gradient_queries(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* v,
    long long v_stride, const elem* dy, long long dy_stride, elem* dq, long long dq_stride,
    const int* offsets, acc* statistics, int rows, int size, double scale, int causal, double rate,
    long long seed) {
  extern __shared__ __align__(16) unsigned char memory[];
  acc* queries = (acc*)memory;
  acc* upstream = queries + TILE * WIDTH;
  acc* keys = upstream + TILE * WIDTH;
  acc* values = keys + TILE * WIDTH;
  acc* weights = values + TILE * WIDTH;
  sequence own = sequence_of_block(offsets, rows);
  int first = blockIdx.x * TILE;
  if (first >= own.length) {
    return;
  }
  int left = blockIdx.y * size;
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
  long long top = own.start + first;
  load_rows(queries, q + top * q_stride + left, q_stride, own.length - first, size);
  load_rows(upstream, dy + top * dy_stride + left, dy_stride, own.length - first, size);

  acc largest[OWN];
  acc sum[OWN];
  acc delta[OWN];
  acc out[OWN][COLUMNS];
#pragma unroll
  for (int i = 0; i < OWN; i++) {
    largest[i] = negative_infinity(acc(0));
    sum[i] = 0;
    delta[i] = 0;
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      out[i][c] = 0;
    }
  }
  int end = causal ? min(own.length, first + TILE) : own.length;
  for (int pass = 0; pass < 2; pass++) {
    for (int from = 0; from < end; from += TILE) {
      __syncthreads();
      long long at = own.start + from;
      load_rows(keys, k + at * k_stride + left, k_stride, own.length - from, size);
      load_rows(values, v + at * v_stride + left, v_stride, own.length - from, size);
      __syncthreads();
      acc s[OWN][OWN] = {};
      acc dp[OWN][OWN] = {};
      multiply_rows(s, queries, keys);
      multiply_rows(dp, upstream, values);
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        int query = first + ty + 16 * i;
        acc before = largest[i];
#pragma unroll
        for (int j = 0; j < OWN; j++) {
          int key = from + tx + 16 * j;
          bool counts = key < own.length && (!causal || key <= query);
          s[i][j] = counts ? s[i][j] * acc(scale) : negative_infinity(acc(0));
          dp[i][j] *= factor_of(own.start + query, key, rate, seed);
          if (pass == 0) {
            largest[i] = larger(largest[i], s[i][j]);
          }
        }
        if (pass == 0) {
          largest[i] = lanes_max<16>(largest[i]);
          acc shift = largest[i] == negative_infinity(acc(0)) ? acc(0) : largest[i];
          acc correction = full_exponential(before - shift);
          sum[i] *= correction;
          delta[i] *= correction;
#pragma unroll
          for (int j = 0; j < OWN; j++) {
            acc p = full_exponential(s[i][j] - shift);
            sum[i] += p;
            delta[i] += p * dp[i][j];
          }
        } else {
          // By now largest holds the logarithm of the sum.
#pragma unroll
          for (int j = 0; j < OWN; j++) {
            acc p = full_exponential(s[i][j] - largest[i]);
            weights[(ty + 16 * i) * SCORES + tx + 16 * j] =
                acc(scale) * p * (dp[i][j] - delta[i]);
          }
        }
      }
      if (pass == 1) {
        __syncwarp();
        add_weighted(out, weights, keys);
        __syncwarp();
      }
    }
    if (pass == 0) {
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        acc total = lanes_sum<16>(sum[i]);
        delta[i] = lanes_sum<16>(delta[i]) / total;
        largest[i] += logarithm(total);
        int query = first + ty + 16 * i;
        if (tx == 0 && query < own.length) {
          acc* at = statistics + 2 * ((own.start + query) * gridDim.y + blockIdx.y);
          at[0] = largest[i];
          at[1] = delta[i];
        }
      }
    }
  }
  store_sums(dq + top * dq_stride + left, dq_stride, own.length - first, size, out);
}

extern "C" __global__ void __launch_bounds__(256) attention_gradient_keys(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* v,
    long long v_stride, const elem* dy, long long dy_stride, elem* dk, long long dk_stride,
    elem* dv, long long dv_stride, const int* offsets, const acc* statistics, int rows, int size,
    double scale, int causal, double rate, long long seed) {
  extern __shared__ __align__(16) unsigned char memory[];
  acc* keys = (acc*)memory;
  acc* values = keys + TILE * WIDTH;
  acc* queries = values + TILE * WIDTH;
  acc* upstream = queries + TILE * WIDTH;
  acc* weights = upstream + TILE * WIDTH;
  acc* slopes = weights + TILE * SCORES;
  sequence own = sequence_of_block(offsets, rows);
  int first = blockIdx.x * TILE;
  if (first >= own.length) {
    return;
  }
  int left = blockIdx.y * size;
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
  long long top = own.start + first;
  load_rows(keys, k + top * k_stride + left, k_stride, own.length - first, size);
  load_rows(values, v + top * v_stride + left, v_stride, own.length - first, size);

  acc key_sums[OWN][COLUMNS] = {};
  acc value_sums[OWN][COLUMNS] = {};
  for (int from = causal ? first : 0; from < own.length; from += TILE) {
    __syncthreads();
    long long at = own.start + from;
    load_rows(queries, q + at * q_stride + left, q_stride, own.length - from, size);
    load_rows(upstream, dy + at * dy_stride + left, dy_stride, own.length - from, size);
    __syncthreads();
    // Transposed: this thread's rows are keys.
    acc s[OWN][OWN] = {};
    acc dp[OWN][OWN] = {};
    multiply_rows(s, keys, queries);
    multiply_rows(dp, values, upstream);
#pragma unroll
    for (int j = 0; j < OWN; j++) {
      int query = from + tx + 16 * j;
      acc log_sum = 0;
      acc delta = 0;
      if (query < own.length) {
        const acc* row = statistics + 2 * ((own.start + query) * gridDim.y + blockIdx.y);
        log_sum = row[0];
        delta = row[1];
      }
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        int key = first + ty + 16 * i;
        bool counts =
            key < own.length && query < own.length && (!causal || key <= query);
        acc p = counts ? full_exponential(s[i][j] * acc(scale) - log_sum) : acc(0);
        acc factor = factor_of(own.start + query, key, rate, seed);
        int place = (ty + 16 * i) * SCORES + tx + 16 * j;
        weights[place] = p * factor;
        slopes[place] = acc(scale) * p * (dp[i][j] * factor - delta);
      }
    }
    __syncwarp();
    add_weighted(value_sums, weights, upstream);
    add_weighted(key_sums, slopes, queries);
    __syncwarp();
  }
  store_sums(dk + top * dk_stride + left, dk_stride, own.length - first, size, key_sums);
  store_sums(dv + top * dv_stride + left, dv_stride, own.length - first, size, value_sums);
}
