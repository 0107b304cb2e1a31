// The objects that carry options: of the 64-bit calls, and of the Jacobi methods.
#pragma once

namespace emulator {

struct Parameters {};

struct JacobiInfo {
  double tolerance = 0;
  int max_sweeps = 100;
  int sort = 1;
  int sweeps = 0;
  double residual = 0;
};

}  // namespace emulator
