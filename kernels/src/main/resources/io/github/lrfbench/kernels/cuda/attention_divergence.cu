// How far attention is from a guide's, and the gradient of that. With scores S = scale q k^T of a
// row, G those of the guide, P and R their softmax over the keys that count:
// loss = maps sum R log(R / P) + squares sum (S - G)^2, dS = maps (P - R) + 2 squares (S - G),
// dq = scale dS k, dk = scale dS^T q.
//
// q, k, guide_q, guide_k, dq, dk [rows, heads * size] with strides; losses [rows, heads] with a
// stride; offsets I32 [sequences + 1]; statistics acc [rows * heads][2]: the logarithms of the sums
// of exp(S) and of exp(G). HEAD, TILE, VECTOR as in attention.cu.
// Grid: (longest sequence / TILE rounded up, heads, sequences), blocks of 256 threads, for
// attention_divergence_queries and then attention_divergence_keys.
// Shared memory: dynamic, acc [4][TILE][HEAD + PAD] and acc [TILE][TILE + PAD].
//
// The kernels own tiles as those of attention_gradient.cu. As sum R log(R / P) is sum R (S' - G')
// with the logarithms of the sums taken off, it is finite where a probability has become 0.

#include "sequences.cuh"

__device__ __forceinline__ acc slope_of(
    acc s, acc g, acc log_sum, acc guide_log_sum, double scale, double maps, double squares) {
  acc difference = full_exponential(s - log_sum) - full_exponential(g - guide_log_sum);
  return acc(scale) * (acc(maps) * difference + 2 * acc(squares) * (s - g));
}

extern "C" __global__ void __launch_bounds__(256) attention_divergence_queries(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* guide_q,
    long long guide_q_stride, const elem* guide_k, long long guide_k_stride, elem* losses,
    long long losses_stride, elem* dq, long long dq_stride, const int* offsets, acc* statistics,
    int rows, int size, double scale, int causal, double maps, double squares) {
  extern __shared__ __align__(16) unsigned char memory[];
  acc* queries = (acc*)memory;
  acc* guide_queries = queries + TILE * WIDTH;
  acc* keys = guide_queries + TILE * WIDTH;
  acc* guide_keys = keys + TILE * WIDTH;
  acc* slopes = guide_keys + TILE * WIDTH;
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
  load_rows(
      guide_queries, guide_q + top * guide_q_stride + left, guide_q_stride, own.length - first,
      size);

  acc largest[OWN];
  acc guide_largest[OWN];
  acc sum[OWN];
  acc guide_sum[OWN];
  acc apart[OWN];
  acc square[OWN];
  acc out[OWN][COLUMNS];
#pragma unroll
  for (int i = 0; i < OWN; i++) {
    largest[i] = negative_infinity(acc(0));
    guide_largest[i] = negative_infinity(acc(0));
    sum[i] = 0;
    guide_sum[i] = 0;
    apart[i] = 0;
    square[i] = 0;
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
      load_rows(
          guide_keys, guide_k + at * guide_k_stride + left, guide_k_stride, own.length - from,
          size);
      __syncthreads();
      acc s[OWN][OWN] = {};
      acc g[OWN][OWN] = {};
      multiply_rows(s, queries, keys);
      multiply_rows(g, guide_queries, guide_keys);
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        int query = first + ty + 16 * i;
        acc before = largest[i];
        acc guide_before = guide_largest[i];
#pragma unroll
        for (int j = 0; j < OWN; j++) {
          int key = from + tx + 16 * j;
          bool counts = key < own.length && (!causal || key <= query);
          s[i][j] *= acc(scale);
          g[i][j] *= acc(scale);
          if (pass == 1) {
            // By now the largest are the logarithms of the sums.
            slopes[(ty + 16 * i) * SCORES + tx + 16 * j] =
                counts ? slope_of(
                             s[i][j], g[i][j], largest[i], guide_largest[i], scale, maps, squares)
                       : acc(0);
          } else if (counts) {
            largest[i] = larger(largest[i], s[i][j]);
            guide_largest[i] = larger(guide_largest[i], g[i][j]);
          }
        }
        if (pass == 0) {
          largest[i] = lanes_max<16>(largest[i]);
          guide_largest[i] = lanes_max<16>(guide_largest[i]);
          // A row without any key yet keeps its sums of zero.
          bool none = guide_largest[i] == negative_infinity(acc(0));
          acc shift = none ? acc(0) : largest[i];
          acc guide_shift = none ? acc(0) : guide_largest[i];
          acc guide_correction = full_exponential(guide_before - guide_shift);
          sum[i] *= full_exponential(before - shift);
          guide_sum[i] *= guide_correction;
          apart[i] *= guide_correction;
#pragma unroll
          for (int j = 0; j < OWN; j++) {
            int key = from + tx + 16 * j;
            if (key < own.length && (!causal || key <= query)) {
              acc r = full_exponential(g[i][j] - guide_shift);
              acc difference = s[i][j] - g[i][j];
              sum[i] += full_exponential(s[i][j] - shift);
              guide_sum[i] += r;
              apart[i] += r * difference;
              square[i] += difference * difference;
            }
          }
        }
      }
      if (pass == 1) {
        __syncwarp();
        add_weighted(out, slopes, keys);
        __syncwarp();
      }
    }
    if (pass == 0) {
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        acc guide_total = lanes_sum<16>(guide_sum[i]);
        largest[i] += logarithm(lanes_sum<16>(sum[i]));
        guide_largest[i] += logarithm(guide_total);
        acc divergence = largest[i] - guide_largest[i] - lanes_sum<16>(apart[i]) / guide_total;
        acc differences = lanes_sum<16>(square[i]);
        int query = first + ty + 16 * i;
        if (tx == 0 && query < own.length) {
          acc* at = statistics + 2 * ((own.start + query) * gridDim.y + blockIdx.y);
          at[0] = largest[i];
          at[1] = guide_largest[i];
          losses[(own.start + query) * losses_stride + blockIdx.y] =
              narrow<elem>(acc(maps) * divergence + acc(squares) * differences);
        }
      }
    }
  }
  store_sums(dq + top * dq_stride + left, dq_stride, own.length - first, size, out);
}

extern "C" __global__ void __launch_bounds__(256) attention_divergence_keys(
    const elem* q, long long q_stride, const elem* k, long long k_stride, const elem* guide_q,
    long long guide_q_stride, const elem* guide_k, long long guide_k_stride, elem* dk,
    long long dk_stride, const int* offsets, const acc* statistics, int rows, int size,
    double scale, int causal, double maps, double squares) {
  extern __shared__ __align__(16) unsigned char memory[];
  acc* keys = (acc*)memory;
  acc* guide_keys = keys + TILE * WIDTH;
  acc* queries = guide_keys + TILE * WIDTH;
  acc* guide_queries = queries + TILE * WIDTH;
  acc* slopes = guide_queries + TILE * WIDTH;
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
  load_rows(
      guide_keys, guide_k + top * guide_k_stride + left, guide_k_stride, own.length - first, size);

  acc sums[OWN][COLUMNS] = {};
  for (int from = causal ? first : 0; from < own.length; from += TILE) {
    __syncthreads();
    long long at = own.start + from;
    load_rows(queries, q + at * q_stride + left, q_stride, own.length - from, size);
    load_rows(
        guide_queries, guide_q + at * guide_q_stride + left, guide_q_stride, own.length - from,
        size);
    __syncthreads();
    // Transposed: this thread's rows are keys.
    acc s[OWN][OWN] = {};
    acc g[OWN][OWN] = {};
    multiply_rows(s, keys, queries);
    multiply_rows(g, guide_keys, guide_queries);
#pragma unroll
    for (int j = 0; j < OWN; j++) {
      int query = from + tx + 16 * j;
      acc log_sum = 0;
      acc guide_log_sum = 0;
      if (query < own.length) {
        const acc* row = statistics + 2 * ((own.start + query) * gridDim.y + blockIdx.y);
        log_sum = row[0];
        guide_log_sum = row[1];
      }
#pragma unroll
      for (int i = 0; i < OWN; i++) {
        int key = first + ty + 16 * i;
        bool counts =
            key < own.length && query < own.length && (!causal || key <= query);
        slopes[(ty + 16 * i) * SCORES + tx + 16 * j] =
            counts ? slope_of(
                         s[i][j] * acc(scale), g[i][j] * acc(scale), log_sum, guide_log_sum, scale,
                         maps, squares)
                   : acc(0);
      }
    }
    __syncwarp();
    add_weighted(sums, slopes, queries);
    __syncwarp();
  }
  store_sums(dk + top * dk_stride + left, dk_stride, own.length - first, size, sums);
}
