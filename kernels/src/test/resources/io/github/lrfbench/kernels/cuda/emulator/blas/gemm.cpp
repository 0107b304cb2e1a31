#include "gemm.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "elements.h"

namespace emulator {
namespace {

// A block of c that is held in registers.
constexpr int block_rows = 16;
constexpr int block_columns = 4;
// Of k, so that a strip of a stays in the first cache.
constexpr int64_t depth = 256;
constexpr double worth_a_thread = 4e6;  // multiplications

float rounded(Rounding rounding, float x) {
  switch (rounding) {
    case Rounding::tf32:
      return round_to_tf32(x);
    case Rounding::half:
      return half_to_float(float_to_half(x));
    case Rounding::bfloat:
      return bfloat_to_float(float_to_bfloat(x));
    default:
      return x;
  }
}

template <class T>
void pack_a(const Gemm& g, int64_t row, int64_t from, int64_t count, T* strip) {
  for (int64_t p = 0; p < count; p++) {
    for (int i = 0; i < block_rows; i++) {
      int64_t r = row + i;
      size_t index = g.transpose_a ? r * g.lda + from + p : (from + p) * g.lda + r;
      T value = r < g.m ? load_element<T>(g.type_a, g.a, index) : T(0);
      *strip++ = g.rounding == Rounding::none ? value : static_cast<T>(rounded(g.rounding, static_cast<float>(value)));
    }
  }
}

template <class T>
void pack_b(const Gemm& g, int64_t column, int64_t from, int64_t count, T* strip) {
  for (int64_t p = 0; p < count; p++) {
    for (int j = 0; j < block_columns; j++) {
      int64_t c = column + j;
      size_t index = g.transpose_b ? (from + p) * g.ldb + c : c * g.ldb + from + p;
      T value = c < g.n ? load_element<T>(g.type_b, g.b, index) : T(0);
      *strip++ = g.rounding == Rounding::none ? value : static_cast<T>(rounded(g.rounding, static_cast<float>(value)));
    }
  }
}

// sums[j][i] += sum over p of a[p][i] b[p][j]
template <class T>
void block_product(const T* __restrict a, const T* __restrict b, int64_t count, T (&sums)[block_columns][block_rows]) {
  T local[block_columns][block_rows] = {};
  for (int64_t p = 0; p < count; p++) {
    for (int j = 0; j < block_columns; j++) {
      for (int i = 0; i < block_rows; i++) {
        local[j][i] += a[i] * b[j];
      }
    }
    a += block_rows;
    b += block_columns;
  }
  for (int j = 0; j < block_columns; j++) {
    for (int i = 0; i < block_rows; i++) {
      sums[j][i] += local[j][i];
    }
  }
}

template <class T>
void store(const Gemm& g, int64_t row, int64_t column, T alpha, T beta, const T (&sums)[block_columns][block_rows]) {
  int64_t columns = std::min<int64_t>(block_columns, g.n - column);
  int64_t rows = std::min<int64_t>(block_rows, g.m - row);
  for (int64_t j = 0; j < columns; j++) {
    for (int64_t i = 0; i < rows; i++) {
      size_t index = (column + j) * g.ldc + row + i;
      T value = alpha * sums[j][i];
      if (beta != T(0)) {
        value += beta * load_element<T>(g.type_c, g.c, index);
      }
      store_element(g.type_c, g.c, index, value);
    }
  }
}

// The columns [begin, end) of c.
template <class T>
void multiply_columns(const Gemm& g, T alpha, T beta, int64_t begin, int64_t end) {
  int64_t strips = (g.m + block_rows - 1) / block_rows;
  int64_t columns = (end - begin + block_columns - 1) / block_columns;
  int64_t k = alpha == T(0) ? 0 : g.k;
  std::vector<T> a(strips * block_rows * k);
  std::vector<T> b(block_columns * std::max<int64_t>(1, k));
  int64_t panels = (k + depth - 1) / depth;
  for (int64_t s = 0; s < strips; s++) {
    pack_a(g, s * block_rows, 0, k, a.data() + s * block_rows * k);
  }
  for (int64_t c = 0; c < columns; c++) {
    int64_t column = begin + c * block_columns;
    pack_b(g, column, 0, k, b.data());
    for (int64_t s = 0; s < strips; s++) {
      T sums[block_columns][block_rows] = {};
      for (int64_t panel = 0; panel < panels; panel++) {
        int64_t from = panel * depth;
        block_product(a.data() + (s * k + from) * block_rows, b.data() + from * block_columns,
                      std::min(depth, k - from), sums);
      }
      store(g, s * block_rows, column, alpha, beta, sums);
    }
  }
}

}  // namespace

template <class T>
void multiply(const Gemm& g, T alpha, T beta) {
  if (g.m == 0 || g.n == 0) {
    return;
  }
  int64_t half = g.n / 2 / block_columns * block_columns;
  if (half == 0 || double(g.m) * g.n * g.k < worth_a_thread) {
    multiply_columns(g, alpha, beta, 0, g.n);
    return;
  }
  std::thread other([&] { multiply_columns(g, alpha, beta, half, g.n); });
  multiply_columns(g, alpha, beta, 0, half);
  other.join();
}

template void multiply<float>(const Gemm&, float, float);
template void multiply<double>(const Gemm&, double, double);

}  // namespace emulator
