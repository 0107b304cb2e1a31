package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * ASVD's sensitivity-based truncation rank search, STRS (Yuan et al. 2023): every matrix alone was
 * cut to some ratios, and the model's loss measured. Cuts are made from the least harmful on, of a
 * matrix the deepest among those made, until the budget holds.
 *
 * @param probes the loss of every single cut
 */
public record TruncationRankSearch(List<Probe> probes) implements Allocator {
  /** What a matrix is tried at: the kept fractions of its memory. */
  public static final List<Double> RATIOS = List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9);

  /**
   * One cut.
   *
   * @param matrix the matrix's name
   * @param ratio kept fraction of its memory
   * @param loss of the model with this cut alone
   */
  public record Probe(String matrix, double ratio, double loss) {
    /**
     * Checks the loss.
     *
     * @throws InputException if it is no number
     */
    public Probe {
      if (Double.isNaN(loss)) {
        throw new InputException("the loss with " + matrix + " cut to " + ratio + " is no number");
      }
    }
  }

  /** Copies the list and orders it from the most to the least harmful. */
  public TruncationRankSearch {
    probes =
        probes.stream()
            .sorted(
                Comparator.comparingDouble(Probe::loss)
                    .reversed()
                    .thenComparingDouble(Probe::ratio)
                    .thenComparing(Probe::matrix))
            .toList();
  }

  /** What a matrix is cut to by a ratio; of factors a fraction of numbers is one of bits. */
  public static int point(OperatingPoints matrix, double ratio) {
    return new Budget.Bits(ratio * OperatingPoints.DENSE_BITS).choose(matrix);
  }

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    Selection selection = new Selection(matrices, Importance.EQUAL.weights(matrices), terms);
    double[] ratios = new double[matrices.size()];
    Arrays.fill(ratios, 1);
    for (int i = 0; i < ratios.length; i++) {
      selection.choose(i, selection.choices(i).count() - 1);
    }
    List<String> names = matrices.stream().map(Candidate::name).toList();
    for (int at = probes.size() - 1; at >= 0 && !selection.isWithinBudget(); at--) {
      Probe probe = probes.get(at);
      int i = names.indexOf(probe.matrix());
      if (i >= 0 && probe.ratio() < ratios[i]) {
        ratios[i] = probe.ratio();
        int point = point(matrices.get(i).points(), probe.ratio());
        selection.choose(i, selection.choices(i).atMost(point));
      }
    }
    if (!selection.isWithinBudget()) {
      throw new InputException(
          "the deepest cuts that were tried, to "
              + Arrays.stream(ratios).min().orElseThrow()
              + " of the parameters, keep more than asked for");
    }
    return selection.points();
  }
}
