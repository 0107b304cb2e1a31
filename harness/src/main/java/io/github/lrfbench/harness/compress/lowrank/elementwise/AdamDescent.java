package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.AdamWStep;

/**
 * Steps of Adam (Kingma and Ba 2015) on both factors, the learning rate falling along a cosine.
 *
 * @param steps how many
 * @param learningRate the first, as a part of the root mean square of W's elements
 */
record AdamDescent(int steps, double learningRate) implements Optimizer {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-12;

  /** One factor with its gradient and moments. */
  private record Part(Tensor value, Tensor gradient, Tensor mean, Tensor square) {
    static Part of(Tensor value, Scope scope) {
      long[] shape = value.shape().toArray();
      return new Part(
          value,
          scope.zeros(DType.F64, shape),
          scope.zeros(DType.F64, shape),
          scope.zeros(DType.F64, shape));
    }
  }

  @Override
  public Solution improve(WeightedProblem problem, Factors start, Scope scope) {
    double elements = (double) problem.rows() * problem.cols();
    double rms = Math.sqrt(problem.device().blas().squaredNorm(problem.w()) / elements);
    try (Scope scratch = problem.device().openScope()) {
      Factors factors = start.copy(scratch);
      Part u = Part.of(factors.u().data(), scratch);
      Part v = Part.of(factors.v().data(), scratch);
      Factors gradients = new Factors(Matrix.of(u.gradient()), Matrix.of(v.gradient()));
      double objective = problem.gradients(factors, gradients.u(), gradients.v());
      BestFactors best = new BestFactors(start, objective, 0, scope);
      for (int step = 1; step <= steps; step++) {
        double rate = learningRate * rms * 0.5 * (1 + Math.cos(Math.PI * (step - 1) / steps));
        AdamWStep numbers = new AdamWStep(step, rate, BETA1, BETA2, EPSILON, 0, 1);
        for (Part part : new Part[] {u, v}) {
          problem
              .device()
              .gradients()
              .adamW(part.value(), part.gradient(), part.mean(), part.square(), numbers);
        }
        objective = problem.gradients(factors, gradients.u(), gradients.v());
        best.offer(factors, objective);
      }
      return best.solution();
    }
  }
}
