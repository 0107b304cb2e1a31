package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.MethodChain.Stage;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** One call of a {@link MethodChain}. */
final class ChainRun {
  private final MethodChain chain;
  private final CompressionRequest request;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Map<String, Linear> replacements = new HashMap<>();
  private final ChainReports reports;

  /** Owns what stages make; what the last ones leave is copied out of it. */
  private Scope scratch;

  /** The model with all weights that the replacements do not hold. */
  private Model base;

  private Model standing;

  /** The model that stood when the last stage that gives matrices a form began. */
  private Model unformed;

  /** Slots that stages have replaced since then. */
  private final Set<String> formed = new HashSet<>();

  /** Slots of which any stage has replaced the map. */
  private final Set<String> replaced = new HashSet<>();

  /** Those of them that were only prepared: dense, and still for a stage with the budget. */
  private final Set<String> prepared = new HashSet<>();

  /** Slots that the stages of one user's word have looked at. */
  private final Set<String> lookedAt = new HashSet<>();

  /**
   * A step of a chain: a stage of the user's, or one that its options stand for.
   *
   * @param method what it does
   * @param stage the user's
   * @param number of the user's stage, from 0
   */
  record Step(MethodSpec method, Stage stage, int number) {}

  ChainRun(MethodChain chain, CompressionRequest request) {
    this.chain = chain;
    this.request = request;
    this.base = request.model();
    this.standing = request.model();
    this.unformed = request.model();
    this.reports = new ChainReports(request);
  }

  /** All steps of a chain. */
  static List<Step> steps(MethodChain chain) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < chain.stages().size(); i++) {
      Stage stage = chain.stages().get(i);
      MethodSpec method = stage.method();
      for (String before : method.compressor().before(method.options())) {
        steps.add(new Step(MethodSpec.parse(before), stage, i));
      }
      steps.add(new Step(method, stage, i));
      for (String after : method.compressor().after(method.options())) {
        steps.add(new Step(MethodSpec.parse(after), stage, i));
      }
    }
    return steps;
  }

  Compression run() {
    List<Step> steps = steps(chain);
    if (steps.size() == 1 && !looksIntoForms(steps.get(0))) {
      MethodSpec method = steps.get(0).method();
      return method
          .compressor()
          .compress(
              request.with(
                  slotsOf(method), request.budget(), request.allocation(), method.options()));
    }
    try {
      scratch = request.scope().device().openScope();
      opened.push(scratch);
      return run(steps);
    } finally {
      close();
    }
  }

  private List<LinearSlot> slotsOf(MethodSpec method) {
    if (method.compressor().takes() != Takes.TABLES) {
      return request.slots();
    }
    if (request.slots().size() != request.model().slots().size()) {
      throw new InputException(
          "--method "
              + method.text()
              + " changes the table of words only; --layers chooses among matrices");
    }
    if (request.model().tables().isEmpty()) {
      throw new InputException(
          "--method "
              + method.text()
              + " changes the table of words, and the model's embeddings are stored as '"
              + request.model().transformer().input().form()
              + "'");
    }
    return request.model().tables();
  }

  /** Whether a stage works on what the model's maps are made of. */
  private boolean looksIntoForms(Step step) {
    return step.method().compressor().takes() == Takes.LEAVES
        && request.slots().stream()
            .map(LinearSlot::linear)
            .anyMatch(linear -> linear.mapLeaves(UnaryOperator.identity()) != linear);
  }

  private Compression run(List<Step> steps) {
    int spender = chain.budgetStage(request.budget());
    Map<String, String> parameters = new TreeMap<>();
    Calibrator statistics = request.statistics();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      if (i > 0 && step.number() != steps.get(i - 1).number()) {
        lookedAt.clear();
        if (step.stage().method().compressor().takes() == Takes.WHOLE && !step.stage().residual()) {
          unformed = standing;
          formed.clear();
        }
        statistics = statisticsOf(statistics);
      }
      Compression made = compress(step, spender, statistics);
      made.parameters().forEach((name, value) -> parameters.put(prefix(step) + name, value));
      stand(made, step);
    }
    chain
        .describeBudgetStage(request.budget())
        .ifPresent(stage -> parameters.put("budget_stage", stage));
    return finish(parameters);
  }

  /** Parameters of several stages are told apart by the stages' names. */
  private String prefix(Step step) {
    return chain.stages().size() == 1 ? "" : chain.stageName(step.number()) + ".";
  }

  /** Statistics of the model that stands, on the same examples. */
  private Calibrator statisticsOf(Calibrator dense) {
    if (request.statistics() == null || standing == request.model()) {
      return dense;
    }
    Calibrator own = request.statistics().of(standing);
    opened.push(own);
    return own;
  }

  private Compression compress(Step step, int spender, Calibrator statistics) {
    ChainSlots slots = ChainSlots.of(step, request.slots(), this, scratch);
    if (slots.slots().isEmpty()) {
      if (step.stage().residual()) {
        return new Compression(Map.of(), List.of(), Map.of());
      }
      throw new InputException(
          "--method "
              + chain.text()
              + ": no matrix is left for "
              + step.method().name()
              + (step.method().compressor().takes() == Takes.WHOLE
                  ? ", as the stages before it have given all another form"
                  : ""));
    }
    boolean spends =
        step.number() == spender
            || step.number() > spender
                && isOfOthers(step, slots)
                && !step.method().compressor().hasOwnSize(step.method().options());
    boolean isHead = step.method().compressor().takes() == Takes.HEAD;
    if (spends && !step.stage().improves()) {
      // A head is one matrix, among which there is nothing to share out.
      if (!isHead) {
        step.method().check(request.allocation());
      }
      step.method().check(request.budget());
    }
    Allocation allocation = spends && !isHead ? request.allocation() : Allocation.UNIFORM;
    boolean readsParts = false;
    if (slots.areParts()) {
      requireOwnInputs(step.method(), allocation, spends && request.budget().needsExamples());
      readsParts = step.method().needs().contains(Need.ACTIVATIONS);
    }
    if (readsParts) {
      ActivationMoments moments =
          statistics.over(MatrixMethod.tokens(step.method().options())).moments();
      slots.parts().forEach((slot, leaves) -> LeafInputs.derive(slot, leaves, moments));
    }
    CompressionRequest own =
        new CompressionRequest(
            standing,
            request.reference(),
            slots.slots(),
            spends ? request.budget() : null,
            allocation,
            step.method().options(),
            statistics,
            cache(step),
            scratch,
            request.seed(),
            request.progress());
    CompressionRequest known = slots.areParts() && !readsParts ? own.withoutStatistics() : own;
    return slots.assemble(step.method().compressor().compress(known), own);
  }

  /**
   * Of the parts of matrices it is known what they read, and nothing of the model with one part
   * replaced, nor of gradients.
   */
  private void requireOwnInputs(MethodSpec method, Allocation allocation, boolean energyOfOutputs) {
    boolean more =
        method.needs().stream().anyMatch(need -> need.isCalibration() && need != Need.ACTIVATIONS)
            || MatrixMethod.readsMore(method.options());
    if (more || energyOfOutputs || allocation.needsExamples()) {
      throw new InputException(
          "--method "
              + chain.text()
              + ": "
              + method.name()
              + " works on the parts of matrices here, of which only the inputs' moments are known;"
              + " leave out"
              + (more
                  ? " options that ask for more, or let +bias follow"
                  : energyOfOutputs ? " --energy-of outputs" : " --allocate"));
    }
  }

  /** Whether a stage gives a form to matrices that no other has replaced. */
  private boolean isOfOthers(Step step, ChainSlots slots) {
    MethodSpec method = step.method();
    Takes takes = method.compressor().takes();
    if (takes == Takes.HEAD) {
      return method.compressor().canMeet(request.budget(), method.options());
    }
    return (takes == Takes.WHOLE || takes == Takes.TABLES)
        && !step.stage().residual()
        && slots.slots().stream()
            .map(LinearSlot::name)
            .allMatch(slot -> !replaced.contains(slot) || prepared.contains(slot));
  }

  /** What belongs to a model of this cell alone serves no other. */
  private FactorizationCache cache(Step step) {
    if (standing == request.model() && !step.stage().residual()) {
      return request.cache();
    }
    FactorizationCache own = new FactorizationCache(standing.device());
    opened.push(own);
    return own;
  }

  /** The model with what a step made. */
  private void stand(Compression made, Step step) {
    for (LayerReport layer : made.layers()) {
      lookedAt.add(layer.layer());
    }
    replacements.putAll(made.replacements());
    replaced.addAll(made.replacements().keySet());
    prepared.removeAll(made.replacements().keySet());
    if (step.method().compressor().prepares()) {
      prepared.addAll(made.replacements().keySet());
    }
    formed.addAll(made.replacements().keySet());
    if (made.whole() != null) {
      made.layers().forEach(layer -> replaced.add(layer.layer()));
      opened.push(made.whole());
      base = made.whole();
      standing = base;
      replacements.clear();
    } else if (!made.replacements().isEmpty()) {
      standing = base.with(replacements);
      opened.push(standing);
    }
    reports.add(made);
  }

  private Compression finish(Map<String, String> parameters) {
    List<LayerReport> layers = reports.finish(standing, replaced, chain.stages().size() > 1);
    if (base == request.model()) {
      // Biases and factors that a stage left as they are belong to models that are closed here.
      replacements.replaceAll((name, linear) -> linear.copyTo(request.scope()));
      return new Compression(Map.copyOf(replacements), layers, parameters);
    }
    if (standing != base) {
      return new Compression(Map.of(), layers, parameters, standing.copy());
    }
    opened.remove(base);
    return new Compression(Map.of(), layers, parameters, base);
  }

  /** The model that stands. */
  Model standing() {
    return standing;
  }

  /** The model before the last stage that gives matrices a form. */
  Model unformed() {
    return unformed;
  }

  /** Whether a matrix is for a stage that gives matrices a form of its own. */
  boolean isWhole(LinearSlot slot) {
    boolean hasForm =
        replaced.contains(slot.name()) && (slot.linear().dense() == null || !isOfOwnShape(slot));
    return !hasForm && !lookedAt.contains(slot.name());
  }

  /** Whether a matrix is as large as the dense model's. */
  private boolean isOfOwnShape(LinearSlot slot) {
    return request.slots().stream()
        .filter(dense -> dense.name().equals(slot.name()))
        .allMatch(dense -> MatrixErrors.areComparable(dense, slot.linear()));
  }

  /** Whether a matrix got what stands in its place since {@link #unformed}. */
  boolean isFormed(LinearSlot slot) {
    return formed.contains(slot.name());
  }

  private void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
