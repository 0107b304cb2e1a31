package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Factorizations of one model's matrices, made once for a method, its options, its statistics and a
 * point. Rounding, and the algorithm that is chosen, depend on the point that a matrix is
 * factorized for: another point's is never taken instead. Those that were used last are kept, as
 * far as memory goes. What a cell gets does not depend on the cells before it. Owned and used by
 * one thread.
 */
public final class FactorizationCache implements AutoCloseable {
  private static final long CAPACITY = 2L << 30;
  private static final long PART = CAPACITY / 4;

  private final Device device;

  /** Those that were used last at the end. */
  private final List<Batch> batches = new ArrayList<>();

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

  /** Which factorization it is. */
  private record Of(Key key, Target target) {}

  /** Factorizations that were made together. */
  private static final class Batch {
    private final Map<Of, Factorization> made = new HashMap<>();
    private final Scope scope;
    private final long bytes;

    Batch(Scope scope, long bytes) {
      this.scope = scope;
      this.bytes = bytes;
    }
  }

  /** An empty cache. */
  public FactorizationCache(Device device) {
    this.device = device;
  }

  /**
   * Factorizations of these targets' matrices, each made for its point.
   *
   * @return in the order of the targets; they live until others need their memory
   */
  public List<Factorization> get(Key key, List<Target> targets, Maker maker) {
    List<Of> asked = targets.stream().map(target -> new Of(key, target)).toList();
    List<Target> missing =
        targets.stream().filter(target -> use(new Of(key, target)) == null).toList();
    if (!missing.isEmpty()) {
      long bytes = missing.stream().mapToLong(FactorizationCache::bytes).sum();
      makeRoom(bytes, asked);
      Batch batch = new Batch(device.openScope(), bytes);
      batches.add(batch);
      List<? extends Factorization> made = maker.make(missing, batch.scope);
      for (int i = 0; i < made.size(); i++) {
        batch.made.put(new Of(key, missing.get(i)), made.get(i));
      }
    }
    return asked.stream().map(this::use).toList();
  }

  /** What was made before, or null; its batch is then the last that was used. */
  private Factorization use(Of of) {
    for (int i = batches.size() - 1; i >= 0; i--) {
      Batch batch = batches.get(i);
      if (batch.made.containsKey(of)) {
        batches.add(batches.remove(i));
        return batch.made.get(of);
      }
    }
    return null;
  }

  /** The norms ‖W X‖ on the calibration tokens that are known so far, by slot. */
  public Map<String, Double> outputNorms(Calibrator statistics) {
    return outputNorms.computeIfAbsent(statistics, missing -> new HashMap<>());
  }

  /**
   * What was found out once, and holds for all cells. What can be closed is, with the cache.
   *
   * @param about tells one finding from another
   */
  @SuppressWarnings("unchecked")
  public <T> T find(Object about, Supplier<T> maker) {
    return (T) findings.computeIfAbsent(about, missing -> maker.get());
  }

  /**
   * Targets in parts, one after the other, of which the factorizations of each are a small share of
   * what is kept. Whoever is done with one part before it asks for the next needs no memory for all
   * matrices of a large model.
   */
  public static List<List<Target>> parts(List<Target> targets) {
    List<List<Target>> parts = new ArrayList<>();
    long bytes = 0;
    for (Target target : targets) {
      bytes += bytes(target);
      if (parts.isEmpty() || bytes > PART) {
        parts.add(new ArrayList<>());
        bytes = bytes(target);
      }
      parts.get(parts.size() - 1).add(target);
    }
    return parts;
  }

  private static long bytes(Target target) {
    LinearSlot slot = target.slot();
    // Factors in double precision are the largest that anything of two factors takes.
    long rank = Math.min(target.size(), target.point() + 1L);
    return rank * (slot.linear().outputs() + slot.linear().inputs()) * Double.BYTES;
  }

  /** Drops what was not used for longest, but nothing that is asked for now. */
  private void makeRoom(long bytes, List<Of> asked) {
    long used = bytes + batches.stream().mapToLong(batch -> batch.bytes).sum();
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
    findings.values().forEach(FactorizationCache::close);
    findings.clear();
  }

  private static void close(Object finding) {
    if (finding instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
