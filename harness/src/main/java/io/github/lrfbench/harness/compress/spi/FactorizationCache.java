package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
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
 * Factorizations of one model's matrices: made once for a method, its options and its statistics,
 * and fitted to a point for every cell. Those that were used last are kept, as far as memory goes.
 * What a cell gets does not depend on the cells before it. Owned and used by one thread.
 */
public final class FactorizationCache implements AutoCloseable {
  private static final long CAPACITY = 2L << 30;

  private final Device device;
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Calibrator, Map<String, Double>> outputNorms = new HashMap<>();
  private final Map<Object, Object> findings = new HashMap<>();

  /**
   * Whose factorizations they are.
   *
   * @param method the method, with those options that they depend on
   * @param statistics that they were computed from, or null
   * @param errors whether they were made with the errors of all points
   */
  public record Key(String method, Calibrator statistics, boolean errors) {}

  /** Makes factorizations that live as long as the scope. */
  @FunctionalInterface
  public interface Maker {
    /** Factorizations in the order of the targets. */
    List<? extends Factorization> make(List<Target> targets, Scope scope);
  }

  /** The factorizations of a key. */
  private static final class Entry {
    private final Map<Target, Factorization> made = new HashMap<>();
    private final List<Scope> scopes = new ArrayList<>();
    private long bytes;

    void close() {
      scopes.forEach(Scope::close);
    }
  }

  /** An empty cache. */
  public FactorizationCache(Device device) {
    this.device = device;
  }

  /**
   * Factorizations of these targets' matrices.
   *
   * @return in the order of the targets; they live until other keys need their memory
   */
  public List<Factorization> get(Key key, List<Target> targets, Maker maker) {
    Entry entry = entries.computeIfAbsent(key, missing -> new Entry());
    List<Target> missing =
        targets.stream().filter(target -> !entry.made.containsKey(target)).toList();
    if (!missing.isEmpty()) {
      entry.bytes += missing.stream().mapToLong(FactorizationCache::bytes).sum();
      makeRoom(key);
      Scope scope = device.openScope();
      entry.scopes.add(scope);
      List<? extends Factorization> made = maker.make(missing, scope);
      for (int i = 0; i < made.size(); i++) {
        entry.made.put(missing.get(i), made.get(i));
      }
    }
    return targets.stream().map(entry.made::get).toList();
  }

  /** The norms ‖W X‖ on the calibration tokens that are known so far, by slot. */
  public Map<String, Double> outputNorms(Calibrator statistics) {
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

  private static long bytes(Target target) {
    LinearSlot slot = target.slot();
    // Factors in double precision are the largest that anything of two factors takes.
    long rank = Math.min(target.size(), target.point() + 1L);
    return rank * (slot.linear().outputs() + slot.linear().inputs()) * Double.BYTES;
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
