package io.github.lrfbench.harness.compress.embedding;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.TableMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.SummedEmbeddings;
import io.github.lrfbench.harness.train.InputTraining;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The method {@code safe}: self-attentive factorized embeddings (Reid et al. 2021, "Subformer"), a
 * narrow table under a small transformer block that lifts it to H, {@link SafeEmbeddings}. The
 * authors train it from the start. Here it begins as {@link SafeStart} says, and learns for some
 * steps to give the model's own embeddings of the task's training texts, {@link InputTraining}.
 *
 * <p>What a budget is a share of, and what reports count, are the numbers of the table of words;
 * against these stand all numbers of the layer but those of positions and types, {@link
 * SafeEmbeddings#parameters}.
 */
public final class SafeCompressor implements TableMethod {
  private static final String NAME = "safe";
  private static final String HEADS = "heads";
  private static final String STEPS = "steps";
  private static final String LEARNING_RATE = "lr";

  /** The value of heads where the width says how many. */
  private static final String AUTO = "auto";

  private static final int MOST_HEADS = 1024;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "a narrow table of word embeddings under a small transformer block (SAFE)",
        "Reid et al. 2021",
        Set.of(Need.ACTIVATIONS, Need.TRAINING),
        "",
        List.of(
            TableMethod.rank(),
            TableMethod.keep(),
            MethodOption.count(HEADS, 1, 1, MOST_HEADS).orWord(AUTO, AUTO),
            MethodOption.count(STEPS, 2000, 0, 1_000_000),
            MethodOption.number(LEARNING_RATE, 1e-3, 1e-9, 0.5)));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    return options.count(STEPS) == 0 ? Set.of(Need.ACTIVATIONS) : info().needs();
  }

  @Override
  public void check(MethodOptions options) {
    TableMethod.check(NAME, options);
  }

  @Override
  public void check(Budget budget, MethodOptions options) {
    if (budget.needsErrors()) {
      throw new InputException(
          "--method safe keeps no share of a matrix, of which --"
              + budget.kind()
              + " could be one; give --keep, --bits or --rank");
    }
  }

  @Override
  public boolean replacesInput() {
    return true;
  }

  @Override
  public Compression compress(CompressionRequest asked) {
    CompressionRequest request = TableMethod.sized(NAME, asked);
    if (!(request.model().transformer().input() instanceof SummedEmbeddings dense)
        || dense.width() != request.model().info().hiddenSize()) {
      throw new InputException(
          "--method safe: the embeddings of this "
              + request.model().info().architecture()
              + " are factored already");
    }
    long start = System.nanoTime();
    LinearSlot table = request.slots().get(0);
    SafeWidths widths = widths(request, dense);
    OperatingPoints points = widths.points();
    int chosen = widths.choose(points, table, request.budget());
    if (chosen == points.count() || points.savesNothing(chosen)) {
      return kept(request, table, note(points, chosen));
    }
    int width = points.get(chosen).rank();
    SafeStart begin = new SafeStart(request, dense, width, widths.heads(width), widths.tied());
    Model trained = begin.model();
    try {
      EmbeddingErrors before = EmbeddingErrors.of(request, trained);
      train(request, trained, dense);
      EmbeddingErrors after =
          request.options().count(STEPS) == 0 ? before : EmbeddingErrors.of(request, trained);
      Map<String, String> parameters = new TreeMap<>(request.options().values());
      parameters.put("width", Integer.toString(width));
      parameters.put(HEADS, Integer.toString(widths.heads(width)));
      LayerReport report =
          report(table, norm(table, trained.device()), points.get(chosen), before, after, start);
      return new Compression(Map.of(), List.of(report), parameters, trained);
    } catch (RuntimeException | Error e) {
      trained.close();
      throw e;
    }
  }

  private static SafeWidths widths(CompressionRequest request, SummedEmbeddings dense) {
    MethodOptions options = request.options();
    Model model = request.model();
    return new SafeWidths(
        dense.word().inputs(),
        dense.width(),
        dense.width() / model.heads(),
        options.is(HEADS, AUTO) ? 0 : options.count(HEADS),
        model instanceof CausalModel causal && causal.ownHead() == null);
  }

  private static String note(OperatingPoints points, int chosen) {
    return chosen == points.count()
        ? "kept: the budget allows the table as it is"
        : "kept: "
            + points.get(chosen).label()
            + " would take no less memory than the table as it is";
  }

  private static Compression kept(CompressionRequest request, LinearSlot table, String note) {
    LayerReport report =
        LayerReport.kept(
            table,
            norm(table, request.model().device()),
            EmbeddingErrors.of(request, request.model()).norm(),
            note);
    return new Compression(Map.of(), List.of(report), request.options().values());
  }

  private static double norm(LinearSlot table, Device device) {
    try (Scope scratch = device.openScope()) {
      return Math.sqrt(device.blas().squaredNorm(SlotMatrix.of(table, scratch)));
    }
  }

  private static void train(CompressionRequest request, Model trained, SummedEmbeddings dense) {
    MethodOptions options = request.options();
    int steps = options.count(STEPS);
    if (steps > 0) {
      InputTraining.train(
          trained,
          request.model(),
          dense.word(),
          request.statistics().training().sequences(),
          new InputTraining.Settings(steps, options.number(LEARNING_RATE), request.seed()),
          done -> request.progress().accept("trained " + done + " of " + steps + " steps"));
    }
  }

  private static LayerReport report(
      LinearSlot table,
      double norm,
      Point point,
      EmbeddingErrors before,
      EmbeddingErrors after,
      long start) {
    String begun =
        String.format(Locale.ROOT, "relative error of embeddings %.4f", before.relative());
    String note =
        after == before
            ? begun
            : String.format(
                Locale.ROOT, "%s at the start, %.4f after training", begun, after.relative());
    return new LayerReport(
        table.name(),
        table.linear().outputs(),
        table.linear().inputs(),
        point.rank(),
        table.linear().parameters(),
        point.numbers(),
        norm,
        Double.NaN,
        after.norm(),
        after.error(),
        Diagnostics.none(note),
        (System.nanoTime() - start) / 1e9,
        Storage.of(table.linear()),
        new Storage(SafeEmbeddings.FORM, point.bits()),
        point.label());
  }
}
