#include "dense.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace emulator {
namespace {

constexpr int lanes = 8;
constexpr int max_sweeps = 60;
constexpr int max_iterations = 60;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

double dot(const double* x, const double* y, int64_t n) {
  double sums[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (int l = 0; l < lanes; l++) {
      sums[l] += x[i + l] * y[i + l];
    }
  }
  double sum = 0;
  for (double s : sums) {
    sum += s;
  }
  for (; i < n; i++) {
    sum += x[i] * y[i];
  }
  return sum;
}

// y += factor x
void add(double* __restrict y, const double* __restrict x, double factor, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] += factor * x[i];
  }
}

// (x, y) = (c x - s y, s x + c y)
void rotate(double* __restrict x, double* __restrict y, double c, double s, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    double old = x[i];
    x[i] = c * old - s * y[i];
    y[i] = s * old + c * y[i];
  }
}

// The reflector I - tau v v' that maps x to (beta, 0, ...): x becomes (beta, v's tail); v's head is 1.
double make_reflector(double* x, int64_t n) {
  if (n <= 1) {
    return 0;
  }
  double largest = 0;
  for (int64_t i = 1; i < n; i++) {
    largest = std::max(largest, std::abs(x[i]));
  }
  if (largest == 0) {
    return 0;
  }
  largest = std::max(largest, std::abs(x[0]));
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    sum += x[i] / largest * (x[i] / largest);
  }
  double beta = -std::copysign(largest * std::sqrt(sum), x[0]);
  double tau = (beta - x[0]) / beta;
  double scale = x[0] - beta;
  for (int64_t i = 1; i < n; i++) {
    x[i] /= scale;
  }
  x[0] = beta;
  return tau;
}

// Reflects y by the vector with head 1 and the tail.
void reflect(const double* tail, double tau, double* y, int64_t n) {
  double product = tau * (y[0] + dot(tail, y + 1, n - 1));
  y[0] -= product;
  add(y + 1, tail, -product, n - 1);
}

// To tridiagonal form: diagonal, off-diagonal below it, and q with a = q t q'.
void tridiagonalize(Matrix& a, std::vector<double>& diagonal, std::vector<double>& off, Matrix& q) {
  int64_t n = a.rows;
  std::vector<double> taus(n);
  std::vector<double> v(n);
  std::vector<double> w(n);
  for (int64_t k = 0; k + 1 < n; k++) {
    int64_t length = n - k - 1;
    double* x = a.column(k) + k + 1;
    double tau = make_reflector(x, length);
    taus[k] = tau;
    off[k] = x[0];
    if (tau == 0) {
      continue;
    }
    v[0] = 1;
    std::copy_n(x + 1, length - 1, v.begin() + 1);
    std::fill_n(w.begin(), length, 0.0);
    for (int64_t j = 0; j < length; j++) {
      add(w.data(), a.column(k + 1 + j) + k + 1, tau * v[j], length);
    }
    add(w.data(), v.data(), -0.5 * tau * dot(v.data(), w.data(), length), length);
    for (int64_t j = 0; j < length; j++) {
      double* column = a.column(k + 1 + j) + k + 1;
      add(column, v.data(), -w[j], length);
      add(column, w.data(), -v[j], length);
    }
  }
  for (int64_t k = 0; k < n; k++) {
    diagonal[k] = a.at(k, k);
    q.at(k, k) = 1;
  }
  for (int64_t k = n - 2; k >= 0; k--) {
    for (int64_t j = k + 1; j < n && taus[k] != 0; j++) {
      reflect(a.column(k) + k + 2, taus[k], q.column(j) + k + 1, n - k - 1);
    }
  }
}

// Implicit QL steps with Wilkinson's shift on the tridiagonal matrix; rotations go to the columns of q.
bool diagonalize(std::vector<double>& d, std::vector<double>& e, Matrix& q) {
  int64_t n = q.rows;
  for (int64_t l = 0; l < n; l++) {
    for (int iteration = 0;; iteration++) {
      int64_t m = l;
      while (m + 1 < n && std::abs(e[m]) > epsilon * (std::abs(d[m]) + std::abs(d[m + 1]))) {
        m++;
      }
      if (m == l) {
        break;
      }
      if (iteration == max_iterations) {
        return false;
      }
      double g = (d[l + 1] - d[l]) / (2 * e[l]);
      g = d[m] - d[l] + e[l] / (g + std::copysign(std::hypot(g, 1.0), g));
      double s = 1;
      double c = 1;
      double p = 0;
      int64_t i = m - 1;
      for (; i >= l; i--) {
        double f = s * e[i];
        double b = c * e[i];
        double r = std::hypot(f, g);
        e[i + 1] = r;
        if (r == 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotate(q.column(i), q.column(i + 1), c, s, n);
      }
      if (i >= l) {
        continue;
      }
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return true;
}

std::vector<int64_t> order(const std::vector<double>& values, bool descending) {
  std::vector<int64_t> positions(values.size());
  std::iota(positions.begin(), positions.end(), 0);
  std::stable_sort(positions.begin(), positions.end(), [&](int64_t i, int64_t j) {
    return descending ? values[i] > values[j] : values[i] < values[j];
  });
  return positions;
}

bool finite(const Matrix& a) {
  return std::all_of(a.data.begin(), a.data.end(), [](double x) { return std::isfinite(x); });
}

// Rotates the columns of w until they are orthogonal, and v along.
bool orthogonalize(Matrix& w, Matrix& v, double tolerance) {
  int64_t n = w.columns;
  std::vector<double> squares(n);
  for (int sweep = 0; sweep < max_sweeps; sweep++) {
    for (int64_t j = 0; j < n; j++) {
      squares[j] = dot(w.column(j), w.column(j), w.rows);
    }
    double noise = n * epsilon;
    double floor = 1e-300 + *std::max_element(squares.begin(), squares.end()) * noise * noise;
    bool rotated = false;
    for (int64_t p = 0; p < n; p++) {
      for (int64_t q = p + 1; q < n; q++) {
        if (squares[p] < floor || squares[q] < floor) {
          continue;
        }
        double product = dot(w.column(p), w.column(q), w.rows);
        if (!(std::abs(product) > tolerance * std::sqrt(squares[p] * squares[q]))) {
          continue;
        }
        rotated = true;
        double zeta = (squares[q] - squares[p]) / (2 * product);
        double t = std::copysign(1 / (std::abs(zeta) + std::hypot(1.0, zeta)), zeta);
        double c = 1 / std::hypot(1.0, t);
        rotate(w.column(p), w.column(q), c, c * t, w.rows);
        rotate(v.column(p), v.column(q), c, c * t, v.rows);
        squares[p] = std::max(0.0, squares[p] - t * product);
        squares[q] += t * product;
      }
    }
    if (!rotated) {
      return true;
    }
  }
  return false;
}

// For at least as many rows as columns.
Svd tall_svd(const Matrix& a, double tolerance) {
  int64_t m = a.rows;
  int64_t n = a.columns;
  Matrix reduced = a;
  std::vector<double> tau = factor_qr(reduced);
  // The rows of R: its transpose's columns are graded, which lets the rotations converge fast.
  Matrix w(n, n);
  Matrix rotations(n, n);
  double largest = 0;
  for (int64_t j = 0; j < n; j++) {
    rotations.at(j, j) = 1;
    for (int64_t i = 0; i <= j; i++) {
      w.at(j, i) = reduced.at(i, j);
      largest = std::max(largest, std::abs(reduced.at(i, j)));
    }
  }
  for (double& x : w.data) {
    x = largest == 0 ? 0 : x / largest;
  }
  bool converged = n == 0 || orthogonalize(w, rotations, tolerance);
  std::vector<double> norms(n);
  for (int64_t j = 0; j < n; j++) {
    norms[j] = std::sqrt(dot(w.column(j), w.column(j), n));
  }
  // R' = v sigma u_r', so w's columns give v and the rotations u_r.
  Svd result{Matrix(m, n), std::vector<double>(n), Matrix(n, n), converged};
  std::vector<int64_t> places = order(norms, true);
  int64_t rank = 0;
  Matrix v(n, n);
  for (int64_t j = 0; j < n; j++) {
    double norm = norms[places[j]];
    result.sigma[j] = norm * largest;
    std::copy_n(rotations.column(places[j]), n, result.u.column(j));
    // Less is rounding; such columns are not orthogonal, and others take their place.
    if (norm > n * epsilon * norms[places[0]]) {
      std::copy_n(w.column(places[j]), n, v.column(j));
      std::for_each(v.column(j), v.column(j) + n, [norm](double& x) { x /= norm; });
      rank++;
    }
  }
  Matrix known(n, rank);
  std::copy_n(v.data.begin(), n * rank, known.data.begin());
  result.v = complete_basis(known, n);
  apply_q(reduced, tau, n, false, result.u);
  return result;
}

}  // namespace

Matrix transposed(const Matrix& a) {
  Matrix t(a.columns, a.rows);
  for (int64_t j = 0; j < a.columns; j++) {
    for (int64_t i = 0; i < a.rows; i++) {
      t.at(j, i) = a.at(i, j);
    }
  }
  return t;
}

std::vector<double> factor_qr(Matrix& a) {
  int64_t k = std::min(a.rows, a.columns);
  std::vector<double> tau(k);
  for (int64_t j = 0; j < k; j++) {
    double* head = a.column(j) + j;
    tau[j] = make_reflector(head, a.rows - j);
    for (int64_t other = j + 1; other < a.columns && tau[j] != 0; other++) {
      reflect(head + 1, tau[j], a.column(other) + j, a.rows - j);
    }
  }
  return tau;
}

void apply_q(const Matrix& a, const std::vector<double>& tau, int64_t k, bool transpose, Matrix& c) {
  for (int64_t step = 0; step < k; step++) {
    int64_t j = transpose ? step : k - 1 - step;
    for (int64_t column = 0; column < c.columns && tau[j] != 0; column++) {
      reflect(a.column(j) + j + 1, tau[j], c.column(column) + j, a.rows - j);
    }
  }
}

Matrix complete_basis(const Matrix& q, int64_t columns) {
  Matrix full(q.rows, columns);
  std::copy(q.data.begin(), q.data.end(), full.data.begin());
  if (columns > q.columns) {
    Matrix reflectors = q;
    std::vector<double> tau = factor_qr(reflectors);
    Matrix rest(q.rows, columns - q.columns);
    for (int64_t j = 0; j < rest.columns; j++) {
      rest.at(q.columns + j, j) = 1;
    }
    apply_q(reflectors, tau, static_cast<int64_t>(tau.size()), false, rest);
    std::copy(rest.data.begin(), rest.data.end(), full.data.begin() + q.rows * q.columns);
  }
  return full;
}

int factor_cholesky(Matrix& a) {
  int64_t n = a.rows;
  for (int64_t j = 0; j < n; j++) {
    double pivot = a.at(j, j);
    if (!(pivot > 0)) {
      return static_cast<int>(j + 1);
    }
    double root = std::sqrt(pivot);
    for (int64_t i = j; i < n; i++) {
      a.at(i, j) /= root;
    }
    a.at(j, j) = root;
    for (int64_t k = j + 1; k < n; k++) {
      add(a.column(k) + k, a.column(j) + k, -a.at(k, j), n - k);
    }
  }
  return 0;
}

bool symmetric_eigen(Matrix& a, std::vector<double>& values) {
  int64_t n = a.rows;
  values.assign(n, std::numeric_limits<double>::quiet_NaN());
  if (!finite(a)) {
    std::fill(a.data.begin(), a.data.end(), std::numeric_limits<double>::quiet_NaN());
    return false;
  }
  double largest = 0;
  for (double x : a.data) {
    largest = std::max(largest, std::abs(x));
  }
  for (double& x : a.data) {
    x = largest == 0 ? 0 : x / largest;
  }
  std::vector<double> diagonal(n);
  std::vector<double> off(n);
  Matrix q(n, n);
  tridiagonalize(a, diagonal, off, q);
  bool converged = diagonalize(diagonal, off, q);
  std::vector<int64_t> places = order(diagonal, false);
  for (int64_t j = 0; j < n; j++) {
    values[j] = diagonal[places[j]] * largest;
    std::copy_n(q.column(places[j]), n, a.column(j));
  }
  return converged;
}

Svd svd(const Matrix& a, double tolerance) {
  int64_t k = std::min(a.rows, a.columns);
  if (!finite(a)) {
    double nan = std::numeric_limits<double>::quiet_NaN();
    Svd nothing{Matrix(a.rows, k), std::vector<double>(k, nan), Matrix(a.columns, k), false};
    std::fill(nothing.u.data.begin(), nothing.u.data.end(), nan);
    std::fill(nothing.v.data.begin(), nothing.v.data.end(), nan);
    return nothing;
  }
  if (a.rows >= a.columns) {
    return tall_svd(a, tolerance);
  }
  Svd flipped = tall_svd(transposed(a), tolerance);
  return {flipped.v, flipped.sigma, flipped.u, flipped.converged};
}

}  // namespace emulator
