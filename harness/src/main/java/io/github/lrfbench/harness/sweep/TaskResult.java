package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.evaluate.TaskEvaluation;
import io.github.lrfbench.harness.glue.GlueScore;
import io.github.lrfbench.harness.model.Model;

/**
 * A model's score on a task.
 *
 * @param score the metrics
 * @param seconds how long the evaluation took
 */
record TaskResult(GlueScore score, double seconds) {
  static TaskResult of(TaskEvaluation task, Model model) {
    TaskEvaluation.Result result = task.run(model, done -> {});
    return new TaskResult(task.score(result.outputs()), result.seconds());
  }
}
