package io.github.lrfbench.harness.exits;

import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.kernels.InputException;
import java.math.BigDecimal;

/** When a pass stops at an exit. Users write {@code entropy:0.1}, {@code patience:2}. */
public sealed interface ExitPolicy {
  /** What is seen of one sequence on its way through the blocks. */
  interface Judge {
    /**
     * Whether the sequence stops here. It is asked after one block after the other, as long as it
     * says no.
     *
     * @param blocks done
     * @param outputs of the exit, finite or infinite
     */
    boolean stops(int blocks, float[] outputs);
  }

  /** A judge of another sequence. */
  Judge judge();

  /** Whether the exit after so many blocks is looked at at all. */
  boolean looksAt(int blocks);

  /** As users write it. */
  String text();

  /**
   * Checks that the policy fits a model.
   *
   * @param blocks of the model
   * @throws InputException if it does not
   */
  void require(ModelInfo info, int blocks);

  /**
   * DeeBERT's: an exit is taken whose entropy is below a threshold.
   *
   * @param threshold in nats; 0 takes no exit
   */
  record Entropy(double threshold) implements ExitPolicy {
    @Override
    public Judge judge() {
      return (blocks, outputs) -> of(outputs) < threshold;
    }

    /** −Σ p ln p of the softmax of logits, by log-softmax; a p of 0 adds 0. */
    static double of(float[] logits) {
      double max = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        max = Math.max(max, logit);
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - max);
      }
      double entropy = 0;
      for (float logit : logits) {
        double log = logit - max - Math.log(sum);
        double p = Math.exp(log);
        entropy -= p == 0 ? 0 : p * log;
      }
      return entropy;
    }

    @Override
    public boolean looksAt(int blocks) {
      return threshold > 0;
    }

    @Override
    public String text() {
      return ENTROPY + ":" + number(threshold);
    }

    @Override
    public void require(ModelInfo info, int blocks) {
      if (info.output() == Output.SCORE) {
        throw new InputException(
            "--exit "
                + text()
                + " is for classes, but the model gives a score; take patience:2:tau=0.5");
      }
    }
  }

  /**
   * PABEE's: an exit is taken when the prediction has not changed for so many blocks.
   *
   * @param patience 0 takes no exit
   * @param tau predictions that are scores are the same if they differ by less; NaN for classes
   */
  record Patience(int patience, double tau) implements ExitPolicy {
    @Override
    public Judge judge() {
      return new Judge() {
        private float[] before;
        private int unchanged;

        @Override
        public boolean stops(int blocks, float[] outputs) {
          unchanged = before != null && isSame(before, outputs) ? unchanged + 1 : 0;
          before = outputs.clone();
          return unchanged == patience;
        }
      };
    }

    private boolean isSame(float[] before, float[] now) {
      return Double.isNaN(tau)
          ? largest(before) == largest(now)
          : Math.abs((double) before[0] - now[0]) < tau;
    }

    /** Of equal ones the first, as in predictions. */
    private static int largest(float[] outputs) {
      int largest = 0;
      for (int i = 1; i < outputs.length; i++) {
        largest = outputs[i] > outputs[largest] ? i : largest;
      }
      return largest;
    }

    @Override
    public boolean looksAt(int blocks) {
      return patience > 0;
    }

    @Override
    public String text() {
      return PATIENCE + ":" + patience + (Double.isNaN(tau) ? "" : ":" + TAU + number(tau));
    }

    @Override
    public void require(ModelInfo info, int blocks) {
      boolean score = info.output() == Output.SCORE;
      if (score && Double.isNaN(tau)) {
        throw new InputException(
            "--exit "
                + text()
                + ": the model gives a score; say below which difference scores are the same, as in "
                + text()
                + ":tau=0.5");
      }
      if (!score && !Double.isNaN(tau)) {
        throw new InputException("--exit " + text() + ": tau is for scores, not for classes");
      }
    }
  }

  /**
   * Every sequence stops after the same block.
   *
   * @param block from 1
   */
  record Layer(int block) implements ExitPolicy {
    @Override
    public Judge judge() {
      return (blocks, outputs) -> blocks == block;
    }

    @Override
    public boolean looksAt(int blocks) {
      return blocks == block;
    }

    @Override
    public String text() {
      return LAYER + ":" + block;
    }

    @Override
    public void require(ModelInfo info, int blocks) {
      if (block > blocks) {
        throw new InputException("--exit " + text() + ": the model has " + blocks + " blocks only");
      }
    }
  }

  /** Names of the policies, and of what comes behind a number. */
  String ENTROPY = "entropy";

  String PATIENCE = "patience";
  String LAYER = "layer";
  String TAU = "tau=";

  /**
   * A policy as users write it.
   *
   * @throws InputException if there is none like that
   */
  static ExitPolicy parse(String text) {
    String[] parts = text.strip().split(":", -1);
    try {
      if (parts.length == 2 && parts[0].equals(ENTROPY)) {
        return new Entropy(atLeast(0, Double.parseDouble(parts[1])));
      }
      if (parts.length == 2 && parts[0].equals(LAYER)) {
        return new Layer((int) atLeast(1, Integer.parseInt(parts[1])));
      }
      if (parts[0].equals(PATIENCE) && parts.length == 2) {
        return new Patience((int) atLeast(0, Integer.parseInt(parts[1])), Double.NaN);
      }
      if (parts[0].equals(PATIENCE) && parts.length == 3 && parts[2].startsWith(TAU)) {
        double tau = Double.parseDouble(parts[2].substring(TAU.length()));
        return new Patience((int) atLeast(0, Integer.parseInt(parts[1])), atLeast(0, tau));
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new InputException(
        "--exit must be entropy:S, patience:T, patience:T:tau=D or layer:K, with numbers that are"
            + " not negative, but is '"
            + text
            + "'");
  }

  private static double atLeast(double least, double number) {
    if (!(number >= least) || Double.isInfinite(number)) {
      throw new NumberFormatException();
    }
    return number;
  }

  /** As a person would type it. */
  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
