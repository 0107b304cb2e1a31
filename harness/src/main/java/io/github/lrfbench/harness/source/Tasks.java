package io.github.lrfbench.harness.source;

import io.github.lrfbench.harness.text.Names;
import java.util.ArrayList;
import java.util.List;

/** All tasks that can be named. */
public final class Tasks {
  private Tasks() {}

  /** All of them: GLUE's, the demo's, those of language models. */
  public static List<Task> all() {
    List<Task> tasks = new ArrayList<>();
    TaskData.known().all().forEach(task -> tasks.add(new GlueInputTask(task)));
    tasks.addAll(
        List.of(LanguageTask.DEMO, LanguageTask.LM, LanguageTask.WIKITEXT2, new E2eTask()));
    return List.copyOf(tasks);
  }

  /**
   * The task of a name.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is none; it tells the nearest names
   */
  public static Task get(String name) {
    List<Task> all = all();
    return all.stream()
        .filter(task -> task.name().equals(name))
        .findFirst()
        .orElseThrow(() -> Names.unknown("task", name, all.stream().map(Task::name).toList()));
  }

  /** The tasks of these names. */
  public static List<Task> get(List<String> names) {
    return names.stream().map(Tasks::get).toList();
  }
}
