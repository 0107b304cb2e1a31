package io.github.lrfbench.harness.glue;

/**
 * One example.
 *
 * @param row its row in the file, from 0, not counting the header but counting skipped rows
 * @param first the (first) text, as in the file
 * @param second the second text, or null for a task on single texts
 * @param label the class's position in {@link GlueTask#labels}, or the score; NaN if there is none
 */
public record GlueExample(int row, String first, String second, double label) {
  /** Whether it has a label. */
  public boolean isLabelled() {
    return !Double.isNaN(label);
  }
}
