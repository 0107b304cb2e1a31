package io.github.lrfbench.harness.api;

import io.github.lrfbench.harness.cli.Calls;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * What the commands do, from Java. Nothing here ends the process: what is wrong with the settings,
 * or with what they name, is an {@link InputException} of one line. How far a call is goes to
 * {@code System.err}; nothing goes to {@code System.out}.
 */
public final class LrfBench {
  private LrfBench() {}

  /**
   * Runs a sweep and writes {@code runs.csv}, {@code layers.csv} and {@code run.json}.
   *
   * @param settings options of {@code sweep}
   * @return a row for each cell in the order of the plan, those of earlier calls into the same
   *     directory included; a cell that went wrong is a row too, see {@link RunRow#failed}
   * @throws InputException if something is missing or wrong; nothing is written then
   */
  public static List<RunRow> sweep(Settings settings) {
    return Calls.sweep(settings.options());
  }

  /**
   * Compresses a model and writes it as a Hugging Face directory.
   *
   * @param settings options of {@code compress}
   * @throws InputException if something is missing or wrong
   */
  public static void compress(Settings settings) {
    Calls.compress(settings.options());
  }

  /**
   * Evaluates a model on a task.
   *
   * @param settings options of {@code eval}
   * @throws InputException if something is missing or wrong, or the data has no labels to score
   */
  public static Score evaluate(Settings settings) {
    return Calls.evaluate(settings.options())
        .orElseThrow(() -> new InputException("the data has no labels to score"));
  }
}
