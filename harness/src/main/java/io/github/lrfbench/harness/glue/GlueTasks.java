package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.text.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The known tasks, by name. */
public final class GlueTasks {
  private final Map<String, GlueTask> byName;

  private GlueTasks(List<GlueTask> tasks) {
    byName = new LinkedHashMap<>();
    for (GlueTask task : tasks) {
      if (byName.put(task.name(), task) != null) {
        throw new IllegalArgumentException("two tasks are called " + task.name());
      }
    }
  }

  /** The nine tasks of GLUE, MNLI mismatched and the diagnostic set AX. */
  public static GlueTasks official() {
    return new GlueTasks(OfficialTasks.all());
  }

  /** These tasks and more, which must have other names. */
  public GlueTasks with(GlueTask... more) {
    List<GlueTask> tasks = new ArrayList<>(byName.values());
    tasks.addAll(Arrays.asList(more));
    return new GlueTasks(tasks);
  }

  /** All tasks, in order of registration. */
  public List<GlueTask> all() {
    return List.copyOf(byName.values());
  }

  /** Whether there is a task of this name. */
  public boolean contains(String name) {
    return byName.containsKey(name);
  }

  /**
   * The task of a name.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none; it tells the nearest names
   */
  public GlueTask get(String name) {
    GlueTask task = byName.get(name);
    if (task == null) {
      throw Names.unknown("task", name, byName.keySet());
    }
    return task;
  }
}
