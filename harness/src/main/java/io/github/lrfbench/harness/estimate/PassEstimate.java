package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.shapes.ShapeDevice;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.harness.sweep.CallShape;
import io.github.lrfbench.harness.sweep.TimedPass;
import java.util.List;

/**
 * How long a call of a model is estimated to take: the sum over its operations, one after the
 * other.
 *
 * @param operations that it starts
 * @param flops of its products for each sequence, as {@code flops_timed} of the results
 * @param millis in all
 * @param memory what of that operations take which wait for memory
 * @param launch what of that launches take
 */
record PassEstimate(int operations, long flops, double millis, double memory, double launch) {
  /**
   * Of a call.
   *
   * @param model on a {@link ShapeDevice}
   * @param batch sequences
   */
  static PassEstimate of(CallShape shape, Model model, int batch, DeviceFigures figures) {
    ShapeDevice device = (ShapeDevice) model.device();
    try (TimedPass pass = shape.pass(model, batch)) {
      device.takeWork();
      pass.enqueue();
      List<Work> work = device.takeWork();
      double memory =
          work.stream()
              .filter(one -> figures.memory(one) > figures.arithmetic(one))
              .mapToDouble(figures::memory)
              .sum();
      return new PassEstimate(
          work.size(),
          pass.flops(),
          work.stream().mapToDouble(figures::millis).sum(),
          memory,
          work.size() * figures.launchMillis());
    }
  }
}
