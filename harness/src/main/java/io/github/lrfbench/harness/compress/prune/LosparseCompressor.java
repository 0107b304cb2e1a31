package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.lowrank.PlainSvd;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.PlacedOutputs;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The method {@code losparse}: W = U V + S, exactly at first, of which S loses output neurons while
 * all weights of the model are trained (Li et al. 2023). What is left of S at the end are whole
 * rows.
 */
public final class LosparseCompressor implements Compressor {
  private static final String NAME = "losparse";
  private static final String LOW_RANK = "lowrank";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";
  private static final String INITIAL = "initial";
  private static final String FINAL = "final";
  private static final String WINDOW = "window";
  private static final String BETA = "beta";
  private static final String DISTILL = "distill";
  private static final String HIDDEN = "hidden";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "two factors and what they leave over, of which training leaves some outputs",
        "Li et al. 2023",
        Set.of(Need.WEIGHTS, Need.TRAINING),
        "",
        List.of(
            MethodOption.number(LOW_RANK, 0.05, 0.001, 0.999),
            MethodOption.count(EPOCHS, 3, 1, 1000),
            MethodOption.number(RATE, 9e-5, 1e-9, 0.5),
            MethodOption.number(INITIAL, 0.05, 0, 0.99),
            MethodOption.number(FINAL, 0.2, 0, 0.99),
            MethodOption.count(WINDOW, 10, 1, 1_000_000),
            MethodOption.number(BETA, 0.85, 0, 0.9999),
            MethodOption.number(DISTILL, 0, 0, 1),
            MethodOption.number(HIDDEN, 0, 0, 1e6)));
  }

  @Override
  public void check(MethodOptions options) {
    if (options.number(INITIAL) + options.number(FINAL) >= 1) {
      throw new InputException(
          "--method losparse: initial and final are shares of one training, together below 1");
    }
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public void check(Budget budget, MethodOptions options) {
    if (budget.needsRanks()) {
      throw new InputException(
          "--method losparse has no one rank: --"
              + budget.kind()
              + " says nothing of it; give --keep or --bits");
    }
  }

  /** r = ⌈ρ m n / (m + n)⌉. */
  static int rank(int rows, int cols, double share) {
    return (int) Math.ceil(share * rows * cols / (rows + cols));
  }

  /** What a matrix takes of which no row of S is kept. */
  private static OperatingPoints point(LinearSlot slot, double share) {
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    int rank = rank(rows, cols, share);
    long numbers = rank * (rows + (long) cols);
    long bits = OperatingPoints.DENSE_BITS * numbers + (long) PlacedOutputs.OUTPUT_BITS * rows;
    Point point = new Point(numbers, bits, Double.NaN, 0, "r=" + rank);
    return new OperatingPoints(rows, cols, Double.NaN, List.of(point));
  }

  @Override
  public Compression compress(CompressionRequest request) {
    Budget budget = request.requireBudget(NAME);
    check(budget, request.options());
    double low = request.options().number(LOW_RANK);
    Replacement replacement = new Replacement(request);
    Map<String, LayerReport> reports = new HashMap<>();
    List<LinearSlot> slots = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      OperatingPoints point = point(slot, low);
      boolean whole = budget.allowance(point) >= budget.unit().ofMatrix(point);
      if (whole) {
        reports.put(
            slot.name(),
            replacement.keep(slot, "kept dense: the budget allows the matrix as it is"));
      } else if (point.savesNothing(0)) {
        reports.put(slot.name(), replacement.keep(slot, "kept dense: its factors save nothing"));
      } else {
        slots.add(slot);
      }
    }
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    Model trained = null;
    if (!slots.isEmpty()) {
      long start = System.nanoTime();
      double share = share(budget, slots, low);
      parameters.put("batch_size", Integer.toString(TrainingSettings.BATCH_SIZE));
      parameters.put("kept_of_s", String.format(Locale.ROOT, "%.6f", share));
      trained = train(request, slots, share);
      for (LinearSlot now : trained.slots()) {
        for (LinearSlot slot : slots) {
          if (slot.name().equals(now.name())) {
            Diagnostics diagnostics = Diagnostics.none("trained");
            reports.put(slot.name(), replacement.report(slot, now.linear(), diagnostics, start));
          }
        }
      }
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(Map.of(), layers, parameters, trained);
  }

  /** The share of all S together that the budget leaves room for. */
  private static double share(Budget budget, List<LinearSlot> slots, double low) {
    double room = 0;
    double all = 0;
    for (LinearSlot slot : slots) {
      OperatingPoints point = point(slot, low);
      room += budget.allowance(point) - budget.unit().of(point.get(0));
      all += budget.unit().ofMatrix(point);
    }
    if (!(room > 0)) {
      throw new InputException(
          "--method losparse: the factors take all that --"
              + budget.kind()
              + " allows; lower its option "
              + LOW_RANK);
    }
    return room / all;
  }

  private static Model train(CompressionRequest request, List<LinearSlot> slots, double share) {
    try (Scope scratch = request.scope().device().openScope();
        Model copy = copy(request, slots, scratch)) {
      TrainingSet examples = request.statistics().training();
      TrainingSettings settings = settings(request);
      List<LinearSlot> own = sums(copy, slots);
      List<Parameter> residuals = residuals(copy, own);
      NeuronMasks masks =
          new NeuronMasks(
              copy.device(),
              residuals,
              schedule(request.options(), settings, examples.size(), share),
              request.options().count(WINDOW),
              request.options().number(BETA));
      Trainer.train(
          copy,
          copy.weights(),
          examples,
          settings,
          distillation(request),
          masks,
          new TrainingListener() {
            @Override
            public void step(int e, long step, long total, double loss, double rate, double s) {
              request.progress().accept("losparse: step " + step + " of " + total);
            }
          });
      Map<String, Linear> rows = new HashMap<>();
      for (int i = 0; i < own.size(); i++) {
        Sum sum = (Sum) own.get(i).linear();
        rows.put(own.get(i).name(), withRows(sum, masks.kept().get(i), scratch));
      }
      try (Model cut = copy.with(rows)) {
        return cut.copy();
      }
    }
  }

  /** A copy of the model in which matrices are two factors and what these leave over. */
  private static Model copy(CompressionRequest request, List<LinearSlot> slots, Scope scratch) {
    Map<String, Linear> sums = new HashMap<>();
    double low = request.options().number(LOW_RANK);
    for (LinearSlot slot : slots) {
      int rank = rank(slot.linear().outputs(), slot.linear().inputs(), low);
      sums.put(slot.name(), sum(request, slot, rank, scratch));
    }
    try (Model replaced = request.model().with(sums)) {
      return replaced.copy();
    }
  }

  /** U V + S, which is W. */
  static Sum sum(CompressionRequest request, LinearSlot slot, int rank, Scope owner) {
    try (Scope scratch = owner.device().openScope()) {
      LowRankLinear factors =
          new LowRankLinear(
                  PlainSvd.of(request.cache(), slot, rank, false).cut(rank, scratch).factors(),
                  slot.linear().bias())
              .copyTo(owner, DType.F32);
      Matrix left = MatrixErrors.difference(slot, factors, scratch);
      Matrix weight = Matrix.of(owner.allocate(DType.F32, left.cols(), left.rows()));
      owner.device().blas().transpose(left, weight);
      return new Sum(factors, new DenseLinear(weight, null));
    }
  }

  private static List<LinearSlot> sums(Model model, List<LinearSlot> slots) {
    Set<String> names = Set.copyOf(slots.stream().map(LinearSlot::name).toList());
    return model.slots().stream().filter(slot -> names.contains(slot.name())).toList();
  }

  /** Sᵀ of every slot. */
  private static List<Parameter> residuals(Model model, List<LinearSlot> slots) {
    Map<Matrix, Parameter> weights = new HashMap<>();
    model.weights().forEach(weight -> weights.put(weight.value(), weight));
    return slots.stream().map(slot -> weights.get(((Sum) slot.linear()).second().dense())).toList();
  }

  private static TrainingSettings settings(CompressionRequest request) {
    return TrainingSettings.standard(
        request.options().count(EPOCHS),
        request.options().number(RATE),
        TrainingSettings.BATCH_SIZE,
        Selection.LAST,
        request.seed());
  }

  private static KeepSchedule schedule(
      MethodOptions options, TrainingSettings settings, int examples, double share) {
    int batch = settings.batchSize();
    long total = (long) settings.epochs() * ((examples + batch - 1) / batch);
    long initial = (long) Math.floor(options.number(INITIAL) * total);
    // At least the last step leaves what the budget has room for.
    long last = Math.max(1, (long) Math.ceil(options.number(FINAL) * total));
    return new KeepSchedule(total, Math.min(initial, total - last), last, share);
  }

  private static Distillation distillation(CompressionRequest request) {
    double soft = request.options().number(DISTILL);
    double hidden = request.options().number(HIDDEN);
    DistillationWeights weights = new DistillationWeights(soft, hidden, 0, 0);
    return weights.any()
        ? new Distillation(request.reference(), weights, Distillation.TEMPERATURE)
        : null;
  }

  /** The same map with the rows of S that are kept, and no others. */
  static Linear withRows(Sum sum, boolean[] kept, Scope scope) {
    int count = 0;
    for (boolean own : kept) {
      count += own ? 1 : 0;
    }
    if (count == 0) {
      return sum.first();
    }
    if (count == kept.length) {
      return sum;
    }
    try (Scope scratch = scope.device().openScope()) {
      Matrix s = Matrix.of(scratch.allocate(DType.F32, sum.outputs(), sum.inputs()));
      sum.second().materialize(scope.device(), s);
      return new Sum(sum.first(), Pattern.OUTPUTS.form(s, kept, 1, scope));
    }
  }
}
