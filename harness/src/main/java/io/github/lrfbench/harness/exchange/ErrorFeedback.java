package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What compression has left out of every worker's gradients so far (Seide et al. 2014; Karimireddy
 * et al. 2019). It is added to the next gradient, so that it is sent later rather than never.
 */
final class ErrorFeedback implements AutoCloseable {
  private final Device device;
  private final Scope scope;
  private final List<List<Matrix>> errors = new ArrayList<>();

  /**
   * No errors so far.
   *
   * @param workers of which errors are kept
   * @param parts of a gradient, of which errors are kept
   */
  ErrorFeedback(Device device, int workers, List<Matrix> parts) {
    this.device = device;
    this.scope = device.openScope();
    for (int worker = 0; worker < workers; worker++) {
      errors.add(
          parts.stream()
              .map(part -> Matrix.of(scope.zeros(part.dtype(), part.rows(), part.cols())))
              .toList());
    }
  }

  /**
   * Adds a worker's gradients to its errors, in the errors' place; they are what it has to send.
   */
  List<Matrix> add(int worker, List<Matrix> gradients) {
    List<Matrix> own = errors.get(worker);
    for (int i = 0; i < own.size(); i++) {
      device.gradients().addScaled(1, gradients.get(i), own.get(i));
    }
    return own;
  }

  List<Tensor> state() {
    return errors.stream().flatMap(List::stream).map(Matrix::data).toList();
  }

  @Override
  public void close() {
    scope.close();
  }
}
