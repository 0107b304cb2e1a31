package io.github.lrfbench.harness.train;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Copies of tensors on their device, taken at one moment and put back at another. */
final class WeightSnapshot implements AutoCloseable {
  private final Device device;
  private final Scope scope;
  private final List<Tensor> originals;
  private final List<Tensor> copies = new ArrayList<>();

  WeightSnapshot(Device device, List<Tensor> tensors) {
    this.device = device;
    this.scope = device.openScope();
    this.originals = List.copyOf(tensors);
    for (Tensor tensor : originals) {
      copies.add(scope.allocate(tensor.dtype(), tensor.shape().toArray()));
    }
    take();
  }

  /** The copies, in the order of the tensors. */
  List<Tensor> copies() {
    return copies;
  }

  void take() {
    copyAll(originals, copies);
  }

  void restore() {
    copyAll(copies, originals);
  }

  private void copyAll(List<Tensor> from, List<Tensor> to) {
    for (int i = 0; i < from.size(); i++) {
      device.blas().copy(row(from.get(i)), row(to.get(i)));
    }
  }

  private static Matrix row(Tensor tensor) {
    int size = Math.toIntExact(tensor.shape().size());
    return new Matrix(tensor, 0, 1, size, size);
  }

  @Override
  public void close() {
    scope.close();
  }
}
