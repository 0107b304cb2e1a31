package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The stage {@code qlora}: low-rank adapters trained beside matrices of codes, which stay as they
 * are (Dettmers et al. 2023, "QLoRA"). Codes cannot be changed in small steps, so the adapters are
 * not multiplied out: a matrix is the sum of both afterwards.
 */
public final class QloraCompressor implements Compressor {
  private static final String RANK = "r";
  private static final String ALPHA = "alpha";
  private static final String DROPOUT = "dropout";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "qlora",
        "adapters trained beside matrices of codes, which stay",
        "Dettmers et al. 2023",
        Set.of(Need.TRAINING),
        "recover, where codes are all that does not change and adapters are as wide as the matrix",
        List.of(
            MethodOption.count(RANK, 8, 1, 4096),
            MethodOption.number(ALPHA, 16, 1e-6, 1e6),
            MethodOption.number(DROPOUT, 0.05, 0, 0.99),
            MethodOption.count(EPOCHS, 1, 1, 1000),
            MethodOption.number(RATE, 2e-4, 1e-9, 0.5),
            SelectOption.OPTION));
  }

  @Override
  public Takes takes() {
    return Takes.ALL;
  }

  @Override
  public String follows() {
    return "int8";
  }

  @Override
  public Compression compress(CompressionRequest request) {
    long start = System.nanoTime();
    MethodOptions options = request.options();
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> adapted = new HashMap<>();
      SplittableRandom random = new SplittableRandom(request.seed());
      for (LinearSlot slot : request.slots()) {
        if (holdsCodes(slot.linear())) {
          adapted.put(slot.name(), adapt(slot.linear(), options, random, scratch));
        }
      }
      if (adapted.isEmpty() && request.slots().stream().allMatch(QloraCompressor::isDense)) {
        // A budget that left all matrices as they were.
        return new Compression(Map.of(), List.of(), options.values());
      }
      if (adapted.isEmpty()) {
        throw new InputException(
            "qlora: no matrix holds codes; it is for after a method of codes, as in int4+qlora");
      }
      Map<String, Linear> trained =
          ReplacementTraining.train(
              request,
              adapted,
              weight -> weight.endsWith(LoraLinear.A) || weight.endsWith(LoraLinear.B),
              TrainingSettings.standard(
                  options.count(EPOCHS),
                  options.number(RATE),
                  TrainingSettings.BATCH_SIZE,
                  SelectOption.of(options),
                  request.seed()),
              null,
              scratch);
      trained.replaceAll((slot, adapter) -> sum((LoraLinear) adapter, request.scope()));
      return new Compression(
          Map.copyOf(trained), Trained.reports(request, trained, start), options.values());
    }
  }

  /** Whether some of what its matrix is stored as is never trained. */
  private static boolean holdsCodes(Linear linear) {
    return linear.withBias(null).weights("").stream().anyMatch(weight -> !weight.trainable());
  }

  private static boolean isDense(LinearSlot slot) {
    return slot.linear().dense() != null;
  }

  private static Linear adapt(
      Linear base, MethodOptions options, SplittableRandom random, Scope scope) {
    int rank = Math.min(options.count(RANK), Math.min(base.inputs(), base.outputs()));
    double scale = options.number(ALPHA) / rank;
    return LoraLinear.draw(base, rank, scale, options.number(DROPOUT), random, scope);
  }

  /** The codes and the adapter's product, s being part of the left factor. */
  private static Linear sum(LoraLinear adapted, Scope scope) {
    LowRankFactors factors =
        new LowRankLinear(new LowRankFactors(adapted.down(), adapted.up()), null)
            .copyTo(scope)
            .factors();
    Matrix up = factors.up();
    double[] scales = new double[up.rows()];
    Arrays.fill(scales, adapted.scale());
    scope.device().blas().scaleRows(up, scales);
    return new Sum(adapted.base().copyTo(scope), new LowRankLinear(factors, null));
  }
}
