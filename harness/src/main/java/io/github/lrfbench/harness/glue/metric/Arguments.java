package io.github.lrfbench.harness.glue.metric;

/** What every metric asks of its arguments. */
final class Arguments {
  private Arguments() {}

  static void requireSameLength(int labels, int predictions) {
    if (labels != predictions) {
      throw new IllegalArgumentException(labels + " labels but " + predictions + " predictions");
    }
    if (labels == 0) {
      throw new IllegalArgumentException("a metric needs at least one example");
    }
  }

  static int requireClass(int value, int classes) {
    if (value < 0 || value >= classes) {
      throw new IllegalArgumentException("class " + value + " of " + classes);
    }
    return value;
  }
}
