package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.input.WholeFile;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;

/**
 * Writes predictions as tab-separated values, UTF-8: {@code index} (the example's row in its file),
 * {@code prediction} (the label as the task's files spell it, or the score), then a column for each
 * output in the checkpoint's order, headed by its name.
 */
public final class PredictionsFile {
  private PredictionsFile() {}

  /**
   * Writes a file, whole or not at all: under a temporary name beside it that is then moved. An
   * existing file is replaced.
   *
   * @param logits in the checkpoint's order [examples][outputs], not modified
   * @throws io.github.lrfbench.kernels.InputException if the file cannot be written
   * @throws IllegalArgumentException if there are not as many logits as examples
   */
  public static void write(Path file, GlueDataset dataset, LabelMap map, float[][] logits) {
    if (logits.length != dataset.examples().size()) {
      throw new IllegalArgumentException(
          logits.length + " predictions for " + dataset.examples().size() + " examples");
    }
    WholeFile.write(
        file,
        out -> {
          out.write("index\tprediction");
          for (String name : map.outputNames()) {
            // Names from config.json may hold tabs and line ends.
            out.write('\t' + name.replaceAll("\\s", " "));
          }
          out.write('\n');
          for (int i = 0; i < logits.length; i++) {
            writeRow(out, dataset, dataset.examples().get(i).row(), map, logits[i]);
          }
        });
  }

  private static void writeRow(
      Writer out, GlueDataset dataset, int row, LabelMap map, float[] logits) throws IOException {
    GlueTask task = dataset.task();
    out.write(row + "\t");
    out.write(
        task.isRegression()
            ? Float.toString(logits[0])
            : task.labels().get(map.predict(logits)).inFile());
    for (float logit : logits) {
      out.write('\t' + Float.toString(logit));
    }
    out.write('\n');
  }
}
