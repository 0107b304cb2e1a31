package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.kernels.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/** A model of a sweep with its cells, which the workers of all devices share. Thread-safe. */
final class SharedModel {
  private final SweepModels.Group group;
  private final List<Variant> variants;
  private final Turns turns;

  /** Devices that may yet take a turn. */
  private final Set<Device> able;

  private final Map<Device, BrokenModel> broken = new LinkedHashMap<>();
  private ModelCells cells;
  private ModelSweep left;
  private boolean told;

  SharedModel(SweepModels.Group group, List<Variant> variants, List<Device> devices) {
    this.group = group;
    this.variants = variants;
    this.turns = new Turns(variants);
    this.able = new LinkedHashSet<>(devices);
  }

  SweepModels.Group group() {
    return group;
  }

  List<Variant> variants() {
    return variants;
  }

  Turns turns() {
    return turns;
  }

  /**
   * The cells, known as soon as the first worker has loaded the model.
   *
   * @param make asked by the first call
   * @param seqLen tokens of a sequence that is timed, the same of all workers
   */
  synchronized ModelCells cells(int seqLen, IntFunction<ModelCells> make) {
    if (cells == null) {
      cells = make.apply(seqLen);
    }
    return cells;
  }

  /** The cells, if one is known. */
  synchronized Optional<ModelCells> cells() {
    return Optional.ofNullable(cells);
  }

  /** Whether this is the first call: what is worth knowing of a model is told once. */
  synchronized boolean tellsNow() {
    boolean first = !told;
    told = true;
    return first;
  }

  /** A device cannot run the model. */
  synchronized void breakOn(Device device, BrokenModel model) {
    broken.put(device, model);
    able.remove(device);
  }

  /** A device is lost before it came to the model. */
  synchronized void leave(Device device) {
    able.remove(device);
  }

  /** A device is lost in the midst of a model, which is known by then. */
  synchronized void leave(Device device, ModelSweep sweep) {
    able.remove(device);
    left = sweep;
  }

  /** Whether there are turns that no device will take. */
  synchronized boolean isStuck() {
    return able.isEmpty() && !turns.areOver();
  }

  /** Of a model that is stuck, the sweep of a device that was lost, if one had begun. */
  synchronized Optional<ModelSweep> left() {
    return Optional.ofNullable(left);
  }

  /** Why devices cannot run the model. */
  synchronized Map<Device, BrokenModel> broken() {
    return new LinkedHashMap<>(broken);
  }

  /** The order of cells in the plan: by variant, and by task where it is made for one. */
  Comparator<Cell> order() {
    List<String> tasks = new ArrayList<>();
    group.data().forEach(input -> tasks.add(input.task().name()));
    Map<Variant, Integer> places = new LinkedHashMap<>();
    variants.forEach(variant -> places.putIfAbsent(variant, places.size()));
    return Comparator.<Cell>comparingInt(cell -> places.get(cell.variant()))
        .thenComparingInt(
            cell ->
                !cell.variant().isDense() && cell.variant().dependsOnTask()
                    ? tasks.indexOf(cell.task())
                    : 0);
  }
}
