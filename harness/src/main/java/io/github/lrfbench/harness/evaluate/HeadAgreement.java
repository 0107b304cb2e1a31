package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How far the answers of a head that looks at the likeliest words only are those of the same head
 * in full, over the first hidden states that a text gives.
 */
final class HeadAgreement {
  /** Hidden states that are looked at: each has two rows of logits, which are sorted. */
  private static final int MAX_ROWS = 256;

  private static final int TEN = 10;

  /** Single precision lets a logit be off by so much of the largest. */
  private static final double ROUNDING = 1e-5;

  private final PreviewLinear head;

  /** Of every word how much the columns beyond the preview can add, ‖B[i, W:]‖. */
  private final double[] tails;

  private int rows;
  private double top1;
  private double top10;
  private double coverage;
  private double divergence;
  private int certified;
  private long nanos;

  HeadAgreement(PreviewLinear head) {
    this.head = head;
    this.tails = new double[head.outputs()];
    if (head.rest() != null) {
      float[] rest = numbers(head.rest());
      for (int i = 0; i < tails.length; i++) {
        tails[i] = norm(rest, i * head.rest().cols(), head.rest().cols());
      }
    }
  }

  /** Looks at some hidden states, unless there were enough before. */
  void add(Ops ops, Matrix states) {
    int count = Math.min(states.rows(), MAX_ROWS - rows);
    if (count <= 0) {
      return;
    }
    long start = System.nanoTime();
    Matrix x = states.rows(0, count);
    int words = head.outputs();
    float[] exact = logits(ops, x, words);
    float[] preview = logits(ops, x, 0);
    float[] refined = logits(ops, x, head.full());
    float[] tail = tailNorms(ops, x);
    for (int t = 0; t < count; t++) {
      add(row(exact, t), row(preview, t), row(refined, t), tail[t]);
    }
    nanos += System.nanoTime() - start;
  }

  /** How long it took, which is no part of what scoring takes. */
  long nanos() {
    return nanos;
  }

  private double[] row(float[] logits, int t) {
    double[] row = new double[head.outputs()];
    for (int i = 0; i < row.length; i++) {
      row[i] = logits[t * row.length + i];
    }
    return row;
  }

  private float[] logits(Ops ops, Matrix x, int count) {
    try (Ops frame = ops.frame()) {
      Matrix y = Matrix.of(frame.allocate(x.dtype(), x.rows(), head.outputs()));
      head.forward(frame, x, count, y);
      return numbers(y);
    }
  }

  /** ‖(Vᵀ h)[W:]‖ of every hidden state h. */
  private float[] tailNorms(Ops ops, Matrix x) {
    try (Ops frame = ops.frame()) {
      Matrix turned = Matrix.of(frame.allocate(x.dtype(), x.rows(), head.inputs()));
      x.device().blas().gemm(false, false, 1, x, head.basis(), 0, turned);
      float[] all = numbers(turned);
      float[] norms = new float[x.rows()];
      for (int t = 0; t < norms.length; t++) {
        int from = t * head.inputs() + head.width();
        norms[t] = (float) norm(all, from, head.inputs() - head.width());
      }
      return norms;
    }
  }

  private static float[] numbers(Matrix matrix) {
    try (Scope scope = matrix.device().openScope()) {
      Matrix copy = Matrix.of(scope.allocate(DType.F32, matrix.rows(), matrix.cols()));
      matrix.device().blas().copy(matrix, copy);
      return copy.data().toFloats();
    }
  }

  private static double norm(float[] numbers, int from, int count) {
    double squares = 0;
    for (int i = from; i < from + count; i++) {
      squares += (double) numbers[i] * numbers[i];
    }
    return Math.sqrt(squares);
  }

  private void add(double[] exact, double[] preview, double[] refined, double tail) {
    boolean[] full = largest(preview, head.full());
    int best = largestOf(refined);
    top1 += best == largestOf(exact) ? 1 : 0;
    int ten = Math.min(TEN, exact.length);
    top10 += (double) common(largest(exact, ten), largest(refined, ten)) / ten;
    coverage += (double) common(largest(exact, head.full()), full) / head.full();
    divergence += divergence(exact, refined);
    certified += isCertified(refined, full, best, tail) ? 1 : 0;
    rows++;
  }

  /** Whether no word outside of the full view can be likelier than the likeliest in it. */
  private boolean isCertified(double[] refined, boolean[] full, int best, double tail) {
    double margin = ROUNDING * Math.max(1, Math.abs(refined[best]));
    boolean certain = full[best];
    for (int i = 0; i < refined.length && certain; i++) {
      certain = full[i] || refined[i] + tails[i] * tail < refined[best] - margin;
    }
    return certain;
  }

  private static int largestOf(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }

  /** Which are the largest; of equal ones the first. */
  private static boolean[] largest(double[] values, int count) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double bound = sorted[sorted.length - count];
    long above = Arrays.stream(values).filter(value -> value > bound).count();
    long equal = count - above;
    boolean[] chosen = new boolean[values.length];
    for (int i = 0; i < values.length; i++) {
      chosen[i] = values[i] > bound || values[i] == bound && equal-- > 0;
    }
    return chosen;
  }

  private static int common(boolean[] a, boolean[] b) {
    int common = 0;
    for (int i = 0; i < a.length; i++) {
      common += a[i] && b[i] ? 1 : 0;
    }
    return common;
  }

  /** KL(p ‖ q) of the two heads' probabilities, in nats. */
  private static double divergence(double[] exact, double[] refined) {
    double logP = logSum(exact);
    double logQ = logSum(refined);
    double sum = 0;
    for (int i = 0; i < exact.length; i++) {
      double p = exact[i] - logP;
      sum += Math.exp(p) * (p - (refined[i] - logQ));
    }
    return Math.max(0, sum);
  }

  private static double logSum(double[] logits) {
    double largest = Arrays.stream(logits).max().orElseThrow();
    return largest + Math.log(Arrays.stream(logits).map(x -> Math.exp(x - largest)).sum());
  }

  /** For {@code extra} of a row; nothing where no hidden state was seen. */
  Map<String, Object> told() {
    Map<String, Object> told = new LinkedHashMap<>();
    if (rows > 0) {
      told.put("head_rows", rows);
      told.put("head_top1_agreement", top1 / rows);
      told.put("head_top10_agreement", top10 / rows);
      told.put("head_coverage", coverage / rows);
      told.put("head_kl", divergence / rows);
      told.put("head_certified", (double) certified / rows);
    }
    return told;
  }
}
