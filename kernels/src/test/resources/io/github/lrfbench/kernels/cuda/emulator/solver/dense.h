// Factorizations of dense matrices in double precision: simple ones, for sizes of some hundreds.
#pragma once
#include <cstdint>
#include <vector>

namespace emulator {

// Column-major.
struct Matrix {
  int64_t rows;
  int64_t columns;
  std::vector<double> data;

  Matrix(int64_t rows, int64_t columns) : rows(rows), columns(columns), data(rows * columns) {}

  double* column(int64_t j) { return data.data() + j * rows; }
  const double* column(int64_t j) const { return data.data() + j * rows; }
  double& at(int64_t i, int64_t j) { return data[j * rows + i]; }
  double at(int64_t i, int64_t j) const { return data[j * rows + i]; }
};

Matrix transposed(const Matrix& a);

// As LAPACK's geqrf: R in the upper triangle, reflectors below it. Returns tau.
std::vector<double> factor_qr(Matrix& a);

// Applies the first k reflectors of a to c from the left: Q c, or Q' c.
void apply_q(const Matrix& a, const std::vector<double>& tau, int64_t k, bool transpose, Matrix& c);

// Appends columns to orthonormal ones until there are `columns`, all orthonormal.
Matrix complete_basis(const Matrix& q, int64_t columns);

// The lower factor in place, of the lower triangle. 0, or the order of the first minor that is not positive.
int factor_cholesky(Matrix& a);

// Eigenvalues in ascending order of the symmetric a, which becomes their vectors. False if it does not converge.
bool symmetric_eigen(Matrix& a, std::vector<double>& values);

struct Svd {
  Matrix u;                   // [rows, k], k the lesser dimension
  std::vector<double> sigma;  // descending
  Matrix v;                   // [columns, k]
  bool converged;
};

// By one-sided Jacobi rotations, until columns are orthogonal to the tolerance.
Svd svd(const Matrix& a, double tolerance);

}  // namespace emulator
