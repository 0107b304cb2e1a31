package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.model.Model;

/**
 * A model's score on a task.
 *
 * @param score the metrics
 * @param seconds how long the evaluation took
 */
record TaskResult(Score score, double seconds) {
  static TaskResult of(Evaluation task, Model model) {
    Evaluation.Outcome outcome = task.run(model, done -> {});
    return new TaskResult(outcome.score(), outcome.seconds());
  }
}
