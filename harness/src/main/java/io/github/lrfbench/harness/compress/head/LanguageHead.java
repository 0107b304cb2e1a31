package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * The head of a language model as a matrix of its own, whether or not it is the word embedding.
 *
 * @param model of the same weights, whose head is a slot
 * @param statistics of that model; null where there are none
 */
record LanguageHead(CausalModel model, Calibrator statistics) implements AutoCloseable {
  /**
   * A request to do with the head what the given one asks for, of which the head is the only slot.
   *
   * @param method for messages
   * @throws InputException if the model has no such head, or matrices were chosen
   */
  static CompressionRequest request(CompressionRequest request, String method) {
    Model model = request.model();
    if (!(model instanceof CausalModel causal)) {
      throw new InputException(
          "--method "
              + method
              + " is for the head of a language model, a row for every word; that of this model has "
              + model.info().labels().size()
              + (model.info().labels().size() == 1 ? " row" : " rows"));
    }
    if (request.slots().size() != model.slots().size()) {
      throw new InputException(
          "--method " + method + " changes the head only; --layers chooses among matrices");
    }
    Calibrator given = request.statistics();
    LanguageHead head =
        request
            .cache()
            .find(
                Arrays.asList("language head", model, given),
                () -> {
                  CausalModel own = causal.withHeadSlot();
                  return new LanguageHead(own, given == null ? null : given.of(own));
                });
    return new CompressionRequest(
        head.model,
        request.reference(),
        List.of(head.slot()),
        request.budget(),
        Allocation.UNIFORM,
        request.options(),
        head.statistics,
        request.cache(),
        request.scope(),
        request.seed(),
        request.progress());
  }

  private LinearSlot slot() {
    return model.slots().stream()
        .filter(slot -> slot.name().equals(model.headModule()))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    if (statistics != null) {
      statistics.close();
    }
    model.close();
  }
}
