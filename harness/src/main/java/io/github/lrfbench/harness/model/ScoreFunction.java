package io.github.lrfbench.harness.model;

import java.util.function.ToDoubleBiFunction;

/** How what a model gives becomes a score: of one output, or of the embeddings of two texts. */
public enum ScoreFunction {
  /** The output as it is. */
  IDENTITY,
  /** 1 / (1 + exp(-output)), with which cross-encoders of sentence-transformers are trained. */
  SIGMOID,
  /** The cosine of two embeddings; 0 if one of them is zero. */
  COSINE(ScoreFunction::cosine),
  /** The dot product of two embeddings. */
  DOT(ScoreFunction::dot),
  /** The negative Euclidean distance of two embeddings. */
  EUCLIDEAN((a, b) -> -distance(a, b, 2)),
  /** The negative sum of the absolute differences of two embeddings. */
  MANHATTAN((a, b) -> -distance(a, b, 1));

  private final ToDoubleBiFunction<float[], float[]> similarity;

  ScoreFunction() {
    this(null);
  }

  ScoreFunction(ToDoubleBiFunction<float[], float[]> similarity) {
    this.similarity = similarity;
  }

  /** True if it compares two embeddings. */
  public boolean comparesEmbeddings() {
    return similarity != null;
  }

  /** The score of an output. */
  public float of(float output) {
    return this == SIGMOID ? (float) (1 / (1 + Math.exp(-output))) : output;
  }

  /** The score of two embeddings of one size. */
  public float of(float[] a, float[] b) {
    return (float) similarity.applyAsDouble(a, b);
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      normA += (double) a[i] * a[i];
      normB += (double) b[i] * b[i];
    }
    return normA == 0 || normB == 0 ? 0 : dot / Math.sqrt(normA * normB);
  }

  private static double distance(float[] a, float[] b, int power) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      sum += power == 1 ? difference : difference * difference;
    }
    return power == 1 ? sum : Math.sqrt(sum);
  }
}
