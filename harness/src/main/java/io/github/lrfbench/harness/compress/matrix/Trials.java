package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.calibrate.OutputDivergence;
import io.github.lrfbench.harness.calibrate.OutputDivergence.Changed;
import io.github.lrfbench.harness.compress.allocate.ModelTrials;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Tries points of a request's matrices in its model, and remembers what they did. */
final class Trials implements ModelTrials {
  private final CompressionRequest request;
  private final List<Factorization> known;
  private final Forms forms;
  private final Object key;

  /** Makes what would stand in the place of a matrix. */
  @FunctionalInterface
  interface Forms {
    /**
     * The form of a point.
     *
     * @param scope owns it
     */
    Linear of(LinearSlot slot, Factorization factorization, int point, Scope scope);
  }

  /**
   * Trials.
   *
   * @param known the matrices' factorizations
   * @param key what results depend on beside the model and the points
   */
  Trials(CompressionRequest request, List<Factorization> known, Forms forms, Object key) {
    this.request = request;
    this.known = known;
    this.forms = forms;
    this.key = key;
  }

  @Override
  public double loss(int[] points) {
    return find("loss", points, () -> at(points, model -> ExampleLosses.mean(model, examples())));
  }

  @Override
  public double divergence(int[] points) {
    return find(
        "divergence",
        points,
        () ->
            at(
                points,
                model ->
                    OutputDivergence.of(request.model(), List.of(new Changed(model, 0)), examples())
                        .ofEach()[0]));
  }

  @Override
  public Divergences alone(int[] points) {
    return find("alone", points, () -> tryAlone(points));
  }

  private <T> T find(String what, int[] points, Supplier<T> maker) {
    Object about = List.of(what, key, Arrays.stream(points).boxed().toList());
    return request.cache().find(about, maker);
  }

  private TrainingSet examples() {
    return request.statistics().heldOut(request.allocation().heldOut());
  }

  /** Of the model with all matrices at their points. */
  private double at(int[] points, ToDoubleFunction<Model> measure) {
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> all = new HashMap<>();
      for (int i = 0; i < points.length; i++) {
        if (!isWhole(i, points[i])) {
          LinearSlot slot = request.slots().get(i);
          all.put(slot.name(), forms.of(slot, known.get(i), points[i], scratch));
        }
      }
      try (Model model = request.model().with(all)) {
        return measure.applyAsDouble(model);
      }
    }
  }

  private boolean isWhole(int matrix, int point) {
    return point == known.get(matrix).points().count()
        || known.get(matrix).points().savesNothing(point);
  }

  /** All at once, so that the dense model runs once, and what is before a cut is not run again. */
  private Divergences tryAlone(int[] points) {
    List<Model> opened = new ArrayList<>();
    try (Scope scratch = request.scope().device().openScope()) {
      List<Integer> numbers = new ArrayList<>();
      List<Changed> changed = new ArrayList<>();
      for (int i = 0; i < points.length; i++) {
        if (!isWhole(i, points[i])) {
          LinearSlot slot = request.slots().get(i);
          Linear form = forms.of(slot, known.get(i), points[i], scratch);
          Model model = request.model().with(Map.of(slot.name(), form));
          opened.add(model);
          numbers.add(i);
          changed.add(new Changed(model, slot.layer()));
        }
      }
      request
          .progress()
          .accept(
              "tries " + changed.size() + " matrices alone on " + examples().size() + " examples");
      OutputDivergence.Result result = OutputDivergence.of(request.model(), changed, examples());
      double[] ofEach = new double[points.length];
      for (int i = 0; i < numbers.size(); i++) {
        ofEach[numbers.get(i)] = requireNumber(numbers.get(i), result.ofEach()[i]);
      }
      return new Divergences(ofEach, result.ofConstant());
    } finally {
      opened.forEach(Model::close);
    }
  }

  private double requireNumber(int matrix, double divergence) {
    if (!Double.isFinite(divergence)) {
      throw new InputException(
          "--allocate "
              + request.allocation().name()
              + ": what outputs diverge with "
              + request.slots().get(matrix).name()
              + " cut is no number");
    }
    return divergence;
  }
}
