package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.harness.hub.Hub;
import io.github.lrfbench.harness.hub.HubRepo;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What sweeps would do: their cells, by id where models and data can be read, and what is wrong
 * with those. All is read that a run reads before it writes, except what it would fetch.
 */
public final class SweepPreview {
  private final Device device;
  private final Path cache;
  private final CellTimes times;
  private final GridData shared = new GridData();
  private final List<PlannedCell> cells = new ArrayList<>();
  private final Set<String> faults = new LinkedHashSet<>();
  private final Set<String> absent = new LinkedHashSet<>();

  /**
   * An empty preview.
   *
   * @param device any, to read models on
   * @param cache where embedded models and data are unpacked
   * @param times tells how long cells may take
   */
  public SweepPreview(Device device, Path cache, CellTimes times) {
    this.device = device;
    this.cache = cache;
    this.times = times;
  }

  /**
   * Adds the cells of a sweep.
   *
   * @param deviceKind what they would run on: {@code cpu} or {@code cuda}
   * @throws InputException if there is no task or method of a name
   */
  public void add(SweepConfig config, String deviceKind) {
    for (String model : config.models()) {
      if (isToBeFetched(model)) {
        absent.add(model);
        addUnknown(config.only(model, config.tasks(), config.out()));
        continue;
      }
      try {
        addKnown(config.only(model, config.tasks(), config.out()), deviceKind);
      } catch (InputException all) {
        // Which of its tasks it is.
        config.tasks().forEach(task -> add(config, model, task, deviceKind));
      }
    }
  }

  private void add(SweepConfig config, String model, String task, String deviceKind) {
    SweepConfig one = config.only(model, List.of(task), config.out());
    try {
      addKnown(one, deviceKind);
    } catch (InputException e) {
      faults.add(e.getMessage());
      addUnknown(one);
    }
  }

  private boolean isToBeFetched(String model) {
    return model.startsWith(HubRepo.PREFIX)
        && Hub.open(cache, FetchListener.NONE).cached(HubRepo.model(model)).isEmpty();
  }

  private void addKnown(SweepConfig config, String deviceKind) {
    SweepRunner runner = new SweepRunner(config, device, cache, SweepListener.NONE);
    runner
        .preview(shared, deviceKind)
        .forEach((id, cell) -> cells.add(SweepPlan.planned(Optional.of(id), cell, times)));
  }

  private void addUnknown(SweepConfig config) {
    cells.addAll(SweepPlan.cells(config, times));
  }

  /** The cells in the order of the sweeps. */
  public List<PlannedCell> cells() {
    return List.copyOf(cells);
  }

  /** What is wrong with models and data, each a line. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /** The models that are yet to be fetched. */
  public List<String> absent() {
    return List.copyOf(absent);
  }
}
