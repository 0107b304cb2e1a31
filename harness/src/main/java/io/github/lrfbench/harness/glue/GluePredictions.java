package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.result.Prediction;
import java.util.ArrayList;
import java.util.List;

/** What outputs say of each example, for files that hold the predictions of a cell. */
public final class GluePredictions {
  private GluePredictions() {}

  /**
   * Of every example the name of the label of the largest logit, or the score; beside it the label
   * that the data has.
   *
   * @param logits in the checkpoint's order [examples][outputs], not modified
   */
  public static List<Prediction> of(GlueDataset dataset, LabelMap map, float[][] logits) {
    GlueTask task = dataset.task();
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < logits.length; i++) {
      GlueExample example = dataset.examples().get(i);
      List<Float> outputs = new ArrayList<>();
      for (float logit : logits[i]) {
        outputs.add(logit);
      }
      Object prediction =
          task.isRegression()
              ? (Object) logits[i][0]
              : task.labels().get(map.predict(logits[i])).name();
      predictions.add(new Prediction(example.row(), prediction, outputs, gold(task, example)));
    }
    return predictions;
  }

  private static Object gold(GlueTask task, GlueExample example) {
    if (!example.isLabelled()) {
      return null;
    }
    return task.isRegression()
        ? (Object) example.label()
        : task.labels().get((int) example.label()).name();
  }
}
