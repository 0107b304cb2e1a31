package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.DistillationWeights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stage {@code recover}: all weights of the model are trained on the task's training set, as
 * {@code --finetune-epochs} does after the last stage of a chain. The dense model can teach.
 */
public final class RecoveryCompressor implements Compressor {
  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "recover",
        "training of all weights on the task's training set",
        "",
        Set.of(Need.TRAINING),
        "what --finetune-epochs does after the last stage",
        List.of(
            MethodOption.count("epochs", 1, 1, 1000),
            MethodOption.number("lr", 2e-5, 1e-9, 0.5),
            MethodOption.number("distill", 0, 0, 1),
            MethodOption.number("hidden", 0, 0, 1e6),
            MethodOption.number("attention", 0, 0, 1e6),
            MethodOption.number("scores", 0, 0, 1e6),
            SelectOption.OPTION));
  }

  @Override
  public Takes takes() {
    return Takes.ALL;
  }

  @Override
  public Compression compress(CompressionRequest request) {
    MethodOptions options = request.options();
    long start = System.nanoTime();
    Recovery recovery =
        new Recovery(
            options.count("epochs"),
            options.number("lr"),
            new DistillationWeights(
                options.number("distill"),
                options.number("hidden"),
                options.number("attention"),
                options.number("scores")),
            SelectOption.of(options));
    Model trained = request.model().copy();
    try {
      recovery.train(trained, request.reference(), request.statistics().training(), request.seed());
      Map<String, Linear> maps = new HashMap<>();
      for (LinearSlot slot : request.slots()) {
        trained.slots().stream()
            .filter(now -> now.name().equals(slot.name()))
            .forEach(now -> maps.put(now.name(), now.linear()));
      }
      return new Compression(
          Map.of(), Trained.reports(request, maps, start), options.values(), trained);
    } catch (RuntimeException | Error e) {
      trained.close();
      throw e;
    }
  }
}
