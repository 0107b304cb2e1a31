package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Decompositions of one model's matrices, made once for a method, its options, its statistics and a
 * rank. Rounding, and the algorithm that is chosen, depend on the rank that a matrix is decomposed
 * at: another rank's is never cut instead, so that what a cell gets does not depend on others.
 * Those that were used last are kept, as far as memory goes. Owned and used by one thread.
 */
public final class DecompositionCache implements AutoCloseable {
  private static final long CAPACITY = 2L << 30;

  private final Device device;

  /** Those that were used last at the end. */
  private final List<Batch> batches = new ArrayList<>();

  private final Map<Calibrator, Map<String, Double>> outputNorms = new HashMap<>();
  private final Map<Object, Object> findings = new HashMap<>();

  /**
   * Whose decompositions they are.
   *
   * @param method the method, with those options that they depend on
   * @param statistics that they were computed from, or null
   */
  record Key(String method, Calibrator statistics) {}

  /** What the method svd asks for too. */
  private static final Key PLAIN = new Key("svd", null);

  /** Makes decompositions that live as long as the scope. */
  @FunctionalInterface
  interface Maker {
    List<? extends Decomposition> make(List<Target> targets, Scope scope);
  }

  /**
   * Which decomposition of a matrix it is.
   *
   * @param rank that it was made for; 0 where it has all singular values and cuts to any rank that
   *     saves numbers
   */
  private record Of(Key key, String slot, int rank) {
    static Of target(Key key, Target target) {
      return new Of(key, target.slot().name(), target.wholeSpectrum() ? 0 : target.rank());
    }
  }

  /** Decompositions that are made together. */
  private static final class Batch {
    private final Map<Of, Decomposition> made = new HashMap<>();
    private final Scope scope;
    private final long bytes;

    Batch(Scope scope, long bytes) {
      this.scope = scope;
      this.bytes = bytes;
    }
  }

  /** An empty cache. */
  public DecompositionCache(Device device) {
    this.device = device;
  }

  /**
   * Decompositions of these targets' matrices, each made for its rank; one of all singular values
   * is made for the largest rank that saves numbers, if that is more.
   *
   * @return in the order of the targets; they live until others need their memory
   */
  List<Decomposition> get(Key key, List<Target> targets, Maker maker) {
    List<Target> missing = new ArrayList<>();
    for (Target target : targets) {
      Batch known = batch(Of.target(key, target));
      if (known == null) {
        missing.add(target.wholeSpectrum() ? useful(target) : target);
      } else {
        batches.remove(known);
        batches.add(known);
      }
    }
    if (!missing.isEmpty()) {
      make(key, missing, maker, targets);
    }
    return targets.stream()
        .map(target -> Of.target(key, target))
        .map(of -> batch(of).made.get(of))
        .toList();
  }

  private Batch batch(Of of) {
    return batches.stream().filter(batch -> batch.made.containsKey(of)).findFirst().orElse(null);
  }

  private void make(Key key, List<Target> missing, Maker maker, List<Target> targets) {
    long bytes = missing.stream().mapToLong(DecompositionCache::bytes).sum();
    makeRoom(bytes, targets.stream().map(target -> Of.target(key, target)).toList());
    Batch batch = new Batch(device.openScope(), bytes);
    batches.add(batch);
    List<? extends Decomposition> made = maker.make(missing, batch.scope);
    for (int i = 0; i < made.size(); i++) {
      batch.made.put(Of.target(key, missing.get(i)), made.get(i));
    }
  }

  /**
   * Decompositions of these targets' matrices as they are, not weighted by anything; they live
   * until other keys need their memory.
   */
  public List<Decomposition> plain(List<Target> targets) {
    return get(
        PLAIN,
        targets,
        (missing, scope) ->
            WeightedSvd.decompose(
                new DecompositionRequest(missing, MethodOptions.NONE, null, scope),
                (slot, scratch) -> new IdentityTransform()));
  }

  /** The norms ‖W X‖ on the calibration tokens that are known so far, by slot. */
  Map<String, Double> outputNorms(Calibrator statistics) {
    return outputNorms.computeIfAbsent(statistics, missing -> new HashMap<>());
  }

  /**
   * What was found out once, and holds for all cells.
   *
   * @param about tells one finding from another
   */
  @SuppressWarnings("unchecked")
  public <T> T find(Object about, Supplier<T> maker) {
    return (T) findings.computeIfAbsent(about, missing -> maker.get());
  }

  private static Target useful(Target target) {
    Linear linear = target.slot().linear();
    int rank = Budget.largestBelowBreakEven(linear.outputs(), linear.inputs());
    return new Target(target.slot(), Math.max(target.rank(), rank), true);
  }

  private static long bytes(Target target) {
    LinearSlot slot = target.slot();
    long numbers = (long) target.rank() * (slot.linear().outputs() + slot.linear().inputs());
    return numbers * Double.BYTES;
  }

  /** Drops what was not used for longest, but nothing that is asked for now. */
  private void makeRoom(long bytes, List<Of> asked) {
    long used = bytes + batches.stream().mapToLong(candidate -> candidate.bytes).sum();
    for (Batch candidate : List.copyOf(batches)) {
      if (used > CAPACITY && asked.stream().noneMatch(candidate.made::containsKey)) {
        batches.remove(candidate);
        used -= candidate.bytes;
        candidate.scope.close();
      }
    }
  }

  @Override
  public void close() {
    batches.forEach(batch -> batch.scope.close());
    batches.clear();
  }
}
