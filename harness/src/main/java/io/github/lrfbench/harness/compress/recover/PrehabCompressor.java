package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.recover.WhitenedWeights.Change;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The stage {@code prehab}: before anything is truncated, dense matrices are trained on the task's
 * loss plus a penalty on what truncation will lose (Qin et al. 2025, "Low-rank prehab: preparing
 * neural networks for SVD compression"). All else stays as it is, biases and head included.
 *
 * <p>Options: {@code penalty=stable-rank} is the paper's, the mean of ‖W L‖² / ‖W L‖₂², {@code
 * tail} the share of ‖W L‖² beyond the rank that keeps {@code keep} of a matrix's numbers; {@code
 * lambda} is its weight, 0 for ordinary training of these matrices for as many steps.
 */
public final class PrehabCompressor implements Compressor {
  private static final String NAME = "prehab";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";
  private static final int BATCH_SIZE = 64;
  private static final AdamWSettings ADAM = new AdamWSettings(0.9, 0.999, 1e-8, 0);

  /** Options that finetune has for all trainings. */
  private static final List<MethodOption> OF_TRAINING =
      List.of(MethodOption.count(EPOCHS, 1, 1, 1000), MethodOption.number(RATE, 2e-5, 1e-9, 0.5));

  /**
   * Trained matrices.
   *
   * @param weights Wᵀ [n, m] by slot, row-major
   * @param changes what became of them whitened, by slot
   */
  private record Prepared(Map<String, float[]> weights, Map<String, Change> changes) {}

  /** The latest training on a model, which the cells of one method share. */
  private static final class Latest {
    private Object about;
    private Prepared prepared;
  }

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "training of dense matrices so that the stage after it loses less",
        "Qin et al. 2025",
        Set.of(Need.ACTIVATIONS, Need.TRAINING),
        "lambda=0: training of these matrices alone",
        Stream.concat(PrehabSettings.OPTIONS.stream(), OF_TRAINING.stream()).toList());
  }

  @Override
  public void check(MethodOptions options) {
    PrehabSettings.check(options);
  }

  @Override
  public boolean prepares() {
    return true;
  }

  @Override
  public boolean allocates() {
    return false;
  }

  /**
   * The settings of a training that has epochs and a rate of its own.
   *
   * @throws InputException if options say these
   */
  public static PrehabSettings settings(MethodOptions options) {
    for (MethodOption option : OF_TRAINING) {
      if (!options.is(option.name(), option.standard())) {
        throw new InputException(
            "--prehab takes no " + option.name() + ": give --" + option.name());
      }
    }
    return PrehabSettings.of(options);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    long start = System.nanoTime();
    List<LinearSlot> slots = WhitenedWeights.trainable(request.slots());
    Latest latest = request.cache().find(NAME, Latest::new);
    Object about =
        Arrays.asList(
            request.statistics(),
            request.options(),
            request.seed(),
            slots.stream().map(LinearSlot::name).toList());
    if (!about.equals(latest.about)) {
      latest.prepared = train(request, slots);
      latest.about = about;
    }
    Prepared prepared = latest.prepared;
    Map<String, Linear> replacements = new HashMap<>();
    List<LayerReport> layers = new ArrayList<>();
    Replacement replacement = new Replacement(request);
    for (LinearSlot slot : request.slots()) {
      float[] weight = prepared.weights().get(slot.name());
      if (weight == null) {
        layers.add(replacement.keep(slot, "not prepared: it is not dense"));
        continue;
      }
      Linear old = slot.linear();
      Matrix own = Matrix.of(request.scope().floats(weight, old.inputs(), old.outputs()));
      DenseLinear now = new DenseLinear(own, old.bias());
      replacements.put(slot.name(), now);
      String note = note(request.options(), prepared.changes().get(slot.name()));
      Diagnostics diagnostics = new Diagnostics("", Double.NaN, Double.NaN, Double.NaN, note);
      layers.add(replacement.report(slot, now, diagnostics, start));
    }
    return new Compression(replacements, layers, parameters(request.options(), prepared));
  }

  private static Prepared train(CompressionRequest request, List<LinearSlot> slots) {
    Set<String> names = new HashSet<>(slots.stream().map(LinearSlot::name).toList());
    MethodOptions options = request.options();
    TrainingSettings settings =
        new TrainingSettings(
            options.count(EPOCHS),
            options.number(RATE),
            BATCH_SIZE,
            TrainingSettings.BATCH_SIZE,
            TrainingSettings.WARMUP,
            ADAM,
            0,
            0,
            Selection.LAST,
            request.seed());
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(int e, long step, long total, double loss, double rate, double s) {
            request.progress().accept("prehab: step " + step + " of " + total);
          }
        };
    try (Model copy = request.model().copy()) {
      List<LinearSlot> own =
          copy.slots().stream().filter(slot -> names.contains(slot.name())).toList();
      try (WhitenedWeights whitened =
          new WhitenedWeights(
              own, request.statistics().moments(), PrehabSettings.of(request.options()))) {
        Trainer.train(
            copy,
            whitened.weights(copy),
            request.statistics().training(),
            settings,
            null,
            whitened,
            listener);
        Map<String, float[]> weights = new HashMap<>();
        own.forEach(slot -> weights.put(slot.name(), packed(slot.linear().dense())));
        return new Prepared(weights, whitened.changes());
      }
    }
  }

  private static float[] packed(Matrix weight) {
    try (Scope scratch = weight.device().openScope()) {
      Matrix copy = Matrix.of(scratch.allocate(weight.dtype(), weight.rows(), weight.cols()));
      weight.device().blas().copy(weight, copy);
      return copy.data().toFloats();
    }
  }

  private static String note(MethodOptions options, Change change) {
    String ranks =
        String.format(
            Locale.ROOT,
            "stable rank %.4g -> %.4g",
            change.before().stableRank(),
            change.after().stableRank());
    return PrehabSettings.of(options).penalty() == Penalty.TAIL
        ? ranks
            + String.format(
                Locale.ROOT, ", tail %.4g -> %.4g", change.before().tail(), change.after().tail())
        : ranks;
  }

  private static Map<String, String> parameters(MethodOptions options, Prepared prepared) {
    Map<String, String> parameters = new TreeMap<>(options.values());
    parameters.put("batch_size", Integer.toString(BATCH_SIZE));
    parameters.put("stable_rank_before", mean(prepared, change -> change.before().stableRank()));
    parameters.put("stable_rank_after", mean(prepared, change -> change.after().stableRank()));
    return parameters;
  }

  private static String mean(Prepared prepared, ToDoubleFunction<Change> value) {
    return String.format(
        Locale.ROOT,
        "%.4f",
        prepared.changes().values().stream().mapToDouble(value).average().orElseThrow());
  }
}
