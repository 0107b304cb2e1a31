package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.Prediction;
import java.util.List;

/**
 * A model's score on a task.
 *
 * @param score the metrics
 * @param seconds how long the evaluation took
 * @param predictions for its examples; none where they are not kept
 */
record TaskResult(Score score, double seconds, List<Prediction> predictions) {
  static TaskResult of(Evaluation task, Model model, boolean keepsPredictions) {
    Evaluation.Outcome outcome = task.run(model, done -> {});
    return new TaskResult(
        outcome.score(), outcome.seconds(), keepsPredictions ? outcome.predictions() : List.of());
  }
}
