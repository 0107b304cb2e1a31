package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.kernels.Scope;

/**
 * A matrix as codes and two factors of codes, Ŵ = Q + L R.
 *
 * @param rest the codes of Q [m, n]
 * @param factors L and R
 * @param squaredError ‖(W − Ŵ) X‖²
 * @param step of the alternation that it is of, from 1 on
 */
record CodedSum(Codes rest, CodedFactors factors, double squaredError, int step) {
  /** The map of these codes, without a bias. */
  Sum map(Scope scope) {
    return new Sum(rest.map(scope), factors.map(scope));
  }
}
