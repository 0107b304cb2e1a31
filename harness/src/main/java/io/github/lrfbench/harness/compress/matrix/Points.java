package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.allocate.Evidence;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost;
import io.github.lrfbench.harness.compress.allocate.ModelTrials;
import io.github.lrfbench.harness.compress.allocate.PointChoice;
import io.github.lrfbench.harness.compress.allocate.ProductTimes;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
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
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** The points of a request's matrices, and the evidence that they are chosen by. */
final class Points {
  private final MatrixMethod method;
  private final CompressionRequest request;
  private final Trials.Forms forms;
  private final Map<Size, OperatingPoints> bySize = new HashMap<>();
  private final Map<String, String> findings = new TreeMap<>();

  /** What points depend on. */
  private record Size(int rows, int cols, long stored) {}

  /**
   * The points of a request.
   *
   * @param forms what would stand in the places of matrices by the dense model's statistics
   */
  Points(MatrixMethod method, CompressionRequest request, Trials.Forms forms) {
    this.method = method;
    this.request = request;
    this.forms = forms;
  }

  /** What the results shall tell of how matrices were replaced. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.putAll(method.constants());
    parameters.putAll(request.allocation().parameters());
    parameters.putAll(findings);
    if (request.allocation().needsExamples()
        || method.needs(request.options()).stream().anyMatch(need -> need.isCalibration())) {
      parameters.put("examples", Integer.toString(request.statistics().examples()));
    }
    return parameters;
  }

  /** What a slot's matrix can be stored at; errors are not known. */
  OperatingPoints of(LinearSlot slot) {
    Linear linear = slot.linear();
    return bySize.computeIfAbsent(
        new Size(linear.outputs(), linear.inputs(), linear.parameters()),
        size -> method.points(slot, request.options()));
  }

  /**
   * The matrices to replace, each with its point. Where points depend on errors, those by the dense
   * model's statistics count.
   *
   * @param keep is told of the others, and why
   */
  List<Target> choose(BiConsumer<LinearSlot, String> keep) {
    if (request.slots().isEmpty()) {
      return List.of();
    }
    if (request.budget() == null) {
      return onlyPoints();
    }
    requireRanks();
    requireSavings();
    List<Factorization> known = List.of();
    List<OperatingPoints> offers = request.slots().stream().map(this::of).toList();
    if (request.budget().needsErrors() || request.allocation().policy().needsSpectra()) {
      known = factorizeAll();
      offers = known.stream().map(Factorization::points).toList();
    }
    int[] chosen = pointChoice(known, offers).choose(request.slots(), offers);
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < chosen.length; i++) {
      LinearSlot slot = request.slots().get(i);
      OperatingPoints offer = offers.get(i);
      if (chosen[i] == offer.count() || offer.savesNothing(chosen[i])) {
        keep.accept(slot, method.keptDense(offer, chosen[i]));
      } else {
        targets.add(new Target(slot, chosen[i], !known.isEmpty()));
      }
    }
    return targets;
  }

  /** Without a budget there must be nothing to choose. */
  private List<Target> onlyPoints() {
    List<Target> targets = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      if (of(slot).count() > 1) {
        request.requireBudget(method.info().name());
      }
      targets.add(new Target(slot, 0, false));
    }
    return targets;
  }

  /** Ranks and shares of energy say nothing of forms that have no rank. */
  private void requireRanks() {
    boolean ranks = of(request.slots().get(0)).get(0).rank() > 0;
    if (!ranks && request.budget().needsRanks()) {
      throw new InputException(
          "--method "
              + method.info().name()
              + " has no ranks: --"
              + request.budget().kind()
              + " says nothing of it; give --keep or --bits");
    }
    if (!ranks && request.allocation().multiple() > 1) {
      throw new InputException(
          "--method " + method.info().name() + " has no ranks: leave out --round-to");
    }
  }

  /** Where no point has fewer numbers, sharing numbers out would keep all matrices as they are. */
  private void requireSavings() {
    boolean saves =
        request.slots().stream()
            .map(this::of)
            .anyMatch(offer -> offer.get(0).numbers() < offer.denseNumbers());
    if (!saves
        && request.budget().unit() == Budget.Unit.NUMBERS
        && request.allocation().policy().needsSpectra()) {
      throw new InputException(
          "--method "
              + method.info().name()
              + " keeps every number: --allocate has nothing to share out of --"
              + request.budget().kind()
              + "; give --bits");
    }
  }

  private PointChoice pointChoice(List<Factorization> known, List<OperatingPoints> offers) {
    return new PointChoice(request.allocation(), request.budget(), new Measurements(known, offers));
  }

  /** What is measured of the matrices' factorizations, once for all cells of a sweep. */
  private final class Measurements implements Evidence {
    private final List<Factorization> known;
    private final List<OperatingPoints> offers;

    Measurements(List<Factorization> known, List<OperatingPoints> offers) {
      this.known = known;
      this.offers = offers;
    }

    private <T> T once(Object key, Supplier<T> measure) {
      return request.cache().find(key, measure);
    }

    @Override
    public Map<String, Double> sensitivities() {
      return request.statistics().gradients().sensitivities();
    }

    @Override
    public List<OperatingPoints> outputs() {
      return once(
          measuredKey("outputs", request.statistics()),
          () -> new MeasuredPoints(request).ofOutputs(known));
    }

    @Override
    public List<OperatingPoints> energies() {
      return once(
          measuredKey(
              request.budget(), request.budget().needsExamples() ? request.statistics() : null),
          () -> new MeasuredPoints(request).ofEnergy(known, request.budget()));
    }

    @Override
    public List<Probe> probes() {
      return once(trialsKey("probes"), () -> Points.this.probes(known));
    }

    @Override
    public MeasuredCost times() {
      return once(List.of("times", key(true), slots()), () -> Points.this.times(known, offers));
    }

    @Override
    public int blocks() {
      return request.model().slots().stream().mapToInt(LinearSlot::layer).max().orElse(0) + 1;
    }

    @Override
    public double[] influence() {
      return request.statistics().blockInfluence();
    }

    @Override
    public ModelTrials trials() {
      return new Trials(request, known, forms, trialsKey("trials"));
    }

    @Override
    public Map<String, double[]> changes() {
      return once(
          measuredKey("changes", request.statistics()), () -> new FirstOrder(request).of(known));
    }

    @Override
    public void note(String name, String value) {
      findings.put("allocate_" + name, value);
    }
  }

  /** What measurements depend on beside the model. */
  private Object measuredKey(Object what, Object statistics) {
    return Arrays.asList(
        what, key(true), statistics, MatrixMethod.compensates(request.options()), slots());
  }

  private MeasuredCost times(List<Factorization> known, List<OperatingPoints> offers) {
    Map<String, Factorization> bySlot = new HashMap<>();
    for (int i = 0; i < known.size(); i++) {
      bySlot.put(request.slots().get(i).name(), known.get(i));
    }
    return ProductTimes.measure(
        request.scope().device(),
        request.slots(),
        offers,
        (slot, point, scope) ->
            Replacement.place(slot, bySlot.get(slot.name()).fit(point, scope).map(), null, scope));
  }

  /** The matrices that findings are of, in their order. */
  private List<String> slots() {
    return request.slots().stream().map(LinearSlot::name).toList();
  }

  /** What trials in the model depend on beside it; statistics where they are of some. */
  private Object trialsKey(String what) {
    return Arrays.asList(
        what, key(true), request.statistics(), slots(), new TreeMap<>(request.options().values()));
  }

  /** The loss on held-out training examples with every single matrix cut to several ratios. */
  private List<Probe> probes(List<Factorization> known) {
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      LinearSlot slot = request.slots().get(i);
      OperatingPoints points = known.get(i).points();
      int dearest = Math.max(0, points.saving() - 1);
      request.progress().accept("tried " + i + " of " + known.size() + " matrices");
      for (double ratio : TruncationRankSearch.RATIOS) {
        int tried = Math.min(TruncationRankSearch.point(points, ratio), dearest);
        Factorization factorization = known.get(i);
        double loss =
            loss(Map.of(), slot, scratch -> forms.of(slot, factorization, tried, scratch));
        probes.add(new Probe(slot.name(), ratio, loss));
      }
    }
    return probes;
  }

  /** A search for points that begins at some. */
  PointSearch search(List<Target> deepest, double tolerance) {
    MeasuredCost times =
        request
            .cache()
            .find(
                "times of matrices as they are",
                () -> ProductTimes.ofWhole(request.scope().device(), request.model().slots()));
    double[] taken =
        deepest.stream()
            .map(target -> target.slot().linear())
            .mapToDouble(linear -> times.dense(linear.outputs(), linear.inputs()))
            .toArray();
    double loss = ExampleLosses.mean(request.model(), probeExamples());
    List<OperatingPoints> offers = deepest.stream().map(target -> of(target.slot())).toList();
    return new PointSearch(deepest, offers, loss, tolerance, taken);
  }

  private TrainingSet probeExamples() {
    return request.statistics().heldOut(Compressor.HELD_OUT);
  }

  /**
   * The loss on held-out training examples with one more matrix replaced.
   *
   * @param form makes what takes its place, in a scope
   */
  double loss(Map<String, Linear> others, LinearSlot slot, Function<Scope, Linear> form) {
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> all = new HashMap<>(others);
      all.put(slot.name(), form.apply(scratch));
      try (Model model = request.model().with(all)) {
        return ExampleLosses.mean(model, probeExamples());
      }
    }
  }

  /** A method that reads no statistics shares its factorizations among tasks. */
  private FactorizationCache.Key key(boolean errors) {
    boolean reads =
        method.factorizationNeeds(request.options()).stream()
            .anyMatch(need -> need.isCalibration());
    return new FactorizationCache.Key(
        method.factorizationKey(request.options()), reads ? request.statistics() : null, errors);
  }

  private List<Factorization> factorizeAll() {
    return get(
        request.slots().stream().map(slot -> new Target(slot, dearestUseful(slot), true)).toList());
  }

  /**
   * Factorizations from the dense model's statistics. Each is made for its own point, or, where
   * that takes long, for the dearest that is of any use: never for what other cells ask for, so
   * that a cell does not depend on them.
   */
  List<Factorization> factorize(List<Target> targets) {
    boolean shared = method.isSlow(request.options());
    return get(
        targets.stream()
            .map(target -> target.errors() || shared ? useful(target) : target)
            .toList());
  }

  private Target useful(Target target) {
    int point = Math.max(target.point(), dearestUseful(target.slot()));
    return new Target(target.slot(), point, target.errors());
  }

  /** Where parts are looked at, also those of points that save nothing. */
  private int dearestUseful(LinearSlot slot) {
    OperatingPoints offer = of(slot);
    return request.allocation().policy().needsParts()
        ? offer.count() - 1
        : Math.max(0, offer.saving() - 1);
  }

  private List<Factorization> get(List<Target> targets) {
    boolean errors = !targets.isEmpty() && targets.get(0).errors();
    SlotStatistics statistics = new SlotStatistics(request.statistics(), null);
    return request
        .cache()
        .get(
            key(errors),
            targets,
            (missing, scope) ->
                method.factorize(new FactorRequest(missing, request.options(), statistics, scope)));
  }
}
