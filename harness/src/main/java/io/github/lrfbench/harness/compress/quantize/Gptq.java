package io.github.lrfbench.harness.compress.quantize;

import io.github.lrfbench.harness.compress.matrix.ColumnSweep;
import io.github.lrfbench.harness.compress.matrix.ColumnSweep.Columns;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;

/**
 * GPTQ (Frantar et al. 2022) of one matrix W [m, n]: a {@link ColumnSweep} that rounds.
 *
 * <p>In the order of {@code act}, inputs with large moments come first; scales are then those of W
 * itself, since groups stay those of the stored order; so is the one of a whole matrix. In natural
 * order the scales of a group are of its weights as the groups before left them. An input that is
 * always 0 is rounded to nearest, where the authors' code sets its weights to 0.
 *
 * @param slot name of the matrix
 * @param sweep in natural order or that of {@code act}
 */
record Gptq(String slot, ColumnSweep sweep) {
  /** Columns that are looked at one by one before the others are told of what they lost. */
  private static final int BLOCK = 128;

  /**
   * Prepares a matrix.
   *
   * @param w W, F32 or F64 [m, n]
   * @param gram H, up to a factor, F64 [n, n]
   * @param least the damping that is tried first
   * @param scope owns what the sweep needs
   * @throws InputException if H is not positive definite however it is damped
   */
  static Gptq of(String slot, Matrix w, Matrix gram, boolean act, double least, Scope scope) {
    return new Gptq(slot, ColumnSweep.of(slot, w, gram, act, least, scope));
  }

  /** What was added to the diagonal of H, relative to its mean. */
  double damping() {
    return sweep.damping();
  }

  /** The same for another matrix of these inputs. */
  Gptq with(Matrix other) {
    return new Gptq(
        slot,
        new ColumnSweep(other, sweep.order(), sweep.reordered(), sweep.factor(), sweep.damping()));
  }

  /** The codes on a grid. */
  Codes round(CodeGrid grid) {
    return round(grid, null);
  }

  /**
   * The codes on a grid. Elements that are left out stay 0, and what they would have made up for is
   * left to others, as in SparseGPT (Frantar and Alistarh 2023).
   *
   * @param stored 1 for each element of W that is not left out; null where none is
   */
  Codes round(CodeGrid grid, byte[] stored) {
    Matrix w = sweep.w();
    Codes codes = new Codes(grid, w.rows(), w.cols());
    boolean scalesComeFirst = sweep.reordered() || grid.isOfMatrix();
    if (scalesComeFirst) {
      codes.fitAll(w, slot);
    }
    sweep.run(new Rounding(codes, stored, grid.width(w.cols()), scalesComeFirst));
    return codes;
  }

  /** Rounds to codes, whose groups have so many columns. */
  private final class Rounding implements ColumnSweep.Rule {
    private final Codes codes;
    private final byte[] stored;
    private final int width;

    /** Whether scales are those of W itself. */
    private final boolean scalesComeFirst;

    Rounding(Codes codes, byte[] stored, int width, boolean scalesComeFirst) {
      this.codes = codes;
      this.stored = stored;
      this.width = width;
      this.scalesComeFirst = scalesComeFirst;
    }

    /** No group of natural order begins within a block and ends in the next. */
    @Override
    public int end(int from) {
      int cols = sweep.w().cols();
      int end = Math.min(cols, from + BLOCK);
      int ofGroups = end / width * width;
      return sweep.reordered() || end == cols || ofGroups <= from ? end : ofGroups;
    }

    /** Scales of a group that begins here, by the weights that are left there now. */
    @Override
    public void before(int place, Columns columns) {
      if (scalesComeFirst || place % width != 0) {
        return;
      }
      int end = Math.min(sweep.w().cols(), place + width);
      double[][] group = new double[end - place][];
      for (int i = place; i < end; i++) {
        group[i - place] = columns.get(i);
      }
      double[] weights = new double[sweep.w().cols()];
      for (int r = 0; r < sweep.w().rows(); r++) {
        for (int i = place; i < end; i++) {
          weights[i] = isStored(r, i) ? group[i - place][r] : 0;
        }
        codes.fit(r, place / width, weights, slot);
      }
    }

    @Override
    public double store(int row, int place, double weight) {
      return codes.round(row, sweep.order()[place], isStored(row, place) ? weight : 0);
    }

    private boolean isStored(int row, int place) {
      return stored == null || stored[row * sweep.w().cols() + sweep.order()[place]] == 1;
    }
  }
}
