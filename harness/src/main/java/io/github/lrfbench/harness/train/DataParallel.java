package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.exchange.ExchangeCost;
import io.github.lrfbench.harness.exchange.Exchanged;
import io.github.lrfbench.harness.exchange.GradientExchange;
import io.github.lrfbench.harness.exchange.Ring;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of workers that share a batch, and their exchange. A worker's gradient counts by
 * its number of examples, so that the mean over the workers is the gradient of the batch's mean
 * loss, however unevenly it can be shared out; one without examples has a gradient of zero.
 */
final class DataParallel implements AutoCloseable {
  private final Device device;
  private final GradientBuffers target;
  private final Scope scope;
  private final List<GradientBuffers> buffers = new ArrayList<>();
  private final List<List<Matrix>> gradients = new ArrayList<>();
  private final List<Matrix> mean;

  /** The mean without compression, to which what comes of it is compared. */
  private final List<Matrix> exact;

  private final GradientExchange exchange;

  /** Adds the gradient of some of a batch's examples, from one to another. */
  interface Pass {
    /** Returns the sum of the losses, whose gradient is that sum's times the loss's scale. */
    double add(int[] batch, int from, int to, GradientBuffers target);
  }

  /**
   * Workers before their first step.
   *
   * @param target receives what all workers have after the exchange
   */
  DataParallel(
      Device device, List<Parameter> trained, GradientBuffers target, Workers workers, long seed) {
    this.device = device;
    this.target = target;
    this.scope = device.openScope();
    for (int i = 0; i < workers.count(); i++) {
      GradientBuffers own = new GradientBuffers(device, trained);
      buffers.add(own);
      gradients.add(own.parts(trained));
    }
    mean = target.parts(trained);
    exact =
        mean.stream()
            .map(part -> Matrix.of(scope.allocate(part.dtype(), part.rows(), part.cols())))
            .toList();
    exchange = workers.compression().open(device, mean, workers.count(), seed);
  }

  /** What a training that goes on needs to know beside the weights. */
  List<Tensor> state() {
    return exchange.state();
  }

  /**
   * The gradient of the sum of a batch's losses, as the workers have it after the exchange. One
   * that is not finite is not exchanged, and left for the caller to find.
   *
   * @param step number of steps done
   * @param scale of the loss, in the gradient
   * @param listener hears of the exchange
   * @return the sum of the losses without the scale
   */
  double gradientsOf(int[] batch, long step, double scale, Pass pass, TrainingListener listener) {
    int count = buffers.size();
    double loss = 0;
    boolean finite = true;
    for (int i = 0; i < count; i++) {
      GradientBuffers own = buffers.get(i);
      own.clear();
      int from = (int) ((long) batch.length * i / count);
      int to = (int) ((long) batch.length * (i + 1) / count);
      loss += pass.add(batch, from, to, own);
      finite &= Double.isFinite(own.norm());
    }
    if (!finite) {
      target.clear();
      gradients.forEach(parts -> addScaled(1, parts, mean));
      return loss;
    }
    double unit = batch.length * scale;
    for (List<Matrix> parts : gradients) {
      parts.forEach(part -> Ring.scale(part, count / unit));
    }
    listener.exchanged(exchange(step));
    mean.forEach(part -> Ring.scale(part, unit));
    return loss;
  }

  private Exchanged exchange(long step) {
    int count = buffers.size();
    new Ring(count).mean(gradients, exact, new ExchangeCost(device, count));
    ExchangeCost cost = new ExchangeCost(device, count);
    exchange.exchange(step, gradients, mean, cost);
    double is = squaredNorm(mean);
    double should = squaredNorm(exact);
    addScaled(-1, mean, exact);
    double error = squaredNorm(exact);
    double cosine = (is + should - error) / 2 / Math.sqrt(is) / Math.sqrt(should);
    double relative = should == 0 ? Double.NaN : Math.sqrt(error / should);
    return new Exchanged(cost, Math.min(1, cosine), relative);
  }

  private void addScaled(double factor, List<Matrix> from, List<Matrix> to) {
    for (int i = 0; i < to.size(); i++) {
      device.gradients().addScaled(factor, from.get(i), to.get(i));
    }
  }

  private double squaredNorm(List<Matrix> parts) {
    return parts.stream().mapToDouble(device.blas()::squaredNorm).sum();
  }

  @Override
  public void close() {
    exchange.close();
    buffers.forEach(GradientBuffers::close);
    scope.close();
  }
}
