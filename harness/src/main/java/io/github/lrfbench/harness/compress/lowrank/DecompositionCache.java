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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Decompositions of one model's matrices: made once for a method, its options and its statistics,
 * at the largest rank that a sweep needs, and cut for every cell. Those that were used last are
 * kept, as far as memory goes. Owned and used by one thread.
 */
public final class DecompositionCache implements AutoCloseable {
  private static final long CAPACITY = 2L << 30;

  private final Device device;
  private final List<Budget> budgets;
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
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

  /** The decompositions of a key. */
  private static final class Entry {
    private final Map<String, Decomposition> bySlot = new HashMap<>();
    private final List<Scope> scopes = new ArrayList<>();
    private long bytes;

    boolean has(Target target) {
      Decomposition known = bySlot.get(target.slot().name());
      return known != null
          && known.rank() >= target.rank()
          && (!target.wholeSpectrum() || known.spectrum().known() == target.size());
    }

    void close() {
      scopes.forEach(Scope::close);
    }
  }

  /**
   * An empty cache.
   *
   * @param budgets of the cells to come, so that each matrix is decomposed once
   */
  public DecompositionCache(Device device, List<Budget> budgets) {
    this.device = device;
    this.budgets = List.copyOf(budgets);
  }

  /**
   * Decompositions of these targets' matrices, each of at least its rank.
   *
   * @return in the order of the targets; they live until other keys need their memory
   */
  List<Decomposition> get(Key key, List<Target> targets, Maker maker) {
    Entry entry = entries.computeIfAbsent(key, missing -> new Entry());
    List<Target> missing =
        targets.stream().filter(target -> !entry.has(target)).map(this::reserved).toList();
    if (!missing.isEmpty()) {
      entry.bytes += missing.stream().mapToLong(DecompositionCache::bytes).sum();
      makeRoom(key);
      Scope scope = device.openScope();
      entry.scopes.add(scope);
      List<? extends Decomposition> made = maker.make(missing, scope);
      for (int i = 0; i < made.size(); i++) {
        entry.bySlot.put(missing.get(i).slot().name(), made.get(i));
      }
    }
    return targets.stream().map(target -> entry.bySlot.get(target.slot().name())).toList();
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

  /** The same matrix at the largest rank that one of the budgets will ask for. */
  private Target reserved(Target target) {
    int rank = target.rank();
    Linear linear = target.slot().linear();
    for (Budget budget : budgets) {
      int useful = Budget.largestBelowBreakEven(linear.outputs(), linear.inputs());
      if (!budget.needsSpectrum()) {
        int wanted = budget.rank(linear.outputs(), linear.inputs(), null);
        rank = wanted <= useful ? Math.max(rank, wanted) : rank;
      } else {
        rank = Math.max(rank, useful);
      }
    }
    return new Target(target.slot(), rank, target.wholeSpectrum());
  }

  private static long bytes(Target target) {
    LinearSlot slot = target.slot();
    long numbers = (long) target.rank() * (slot.linear().outputs() + slot.linear().inputs());
    return numbers * Double.BYTES;
  }

  /** Drops what was not used for longest, but nothing of the given key. */
  private void makeRoom(Key key) {
    long used = entries.values().stream().mapToLong(entry -> entry.bytes).sum();
    for (Key candidate : List.copyOf(entries.keySet())) {
      if (used > CAPACITY && !candidate.equals(key)) {
        Entry dropped = entries.remove(candidate);
        used -= dropped.bytes;
        dropped.close();
      }
    }
  }

  @Override
  public void close() {
    entries.values().forEach(Entry::close);
    entries.clear();
  }
}
