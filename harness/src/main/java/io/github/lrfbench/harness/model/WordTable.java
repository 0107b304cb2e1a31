package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormat.Place;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * The table of word embeddings under its name: whole, it stands in checkpoints as [words, width],
 * which is the transpose of its matrix.
 *
 * @param module its name in a checkpoint
 * @param table its form
 */
public record WordTable(String module, Table table) {
  /** What the table is called among a model's matrices. */
  public static final String ROLE = "word_embedding";

  /** The number of the block that it belongs to: it stands before the first. */
  private static final int LAYER = -1;

  /**
   * Reads a table in whatever form it is stored.
   *
   * @throws InputException if a tensor is missing or wrong, or words cannot be looked up in the
   *     form
   */
  public static Table read(WeightReader reader, String module, int words, int width) {
    if (!reader.isCompressed(module)) {
      return new DenseLinear(Matrix.of(reader.tensor(module + ".weight", words, width)), null);
    }
    Linear read = LinearFormats.read(reader, new Place(module, width, words, 1));
    if (read.table() == null) {
      throw new InputException(
          module + " is stored as '" + read.form() + "', in which no words can be looked up");
    }
    return read.table();
  }

  /** The place of the table. */
  public LinearSlot slot() {
    return new LinearSlot(module, LAYER, ROLE, table);
  }

  /** What it counts as. */
  public ModelPart part() {
    return ModelPart.of(List.of(table), ModelPart.untransposed(module, table.weights(module)));
  }

  /** The same place with what replacements have for it. */
  public WordTable with(Replacements placed) {
    Linear other = placed.of(module, table);
    if (other.table() == null || other.inputs() != table.inputs()) {
      throw new IllegalArgumentException(other.form() + " is no table of the words");
    }
    return new WordTable(module, other.table());
  }

  /**
   * Sums embeddings, see {@link io.github.lrfbench.kernels.ops.Nn#embed}: in one operation where
   * the table is stored as it is.
   *
   * @param word the table
   * @param scale [1, H] by which the words' numbers are multiplied; null for 1
   * @param position [positions, H]
   * @param types null for none
   * @param type [types, H], or null for none
   */
  public static void embed(
      Ops ops,
      Table word,
      Tensor ids,
      Matrix scale,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    if (word.dense() != null && scale == null) {
      ops.embed(ids, word.dense(), positions, position, types, type, y);
      return;
    }
    ops.embed(positions, position, null, null, types, type, y);
    try (Ops frame = ops.frame()) {
      Matrix looked = Matrix.of(frame.allocate(y.dtype(), y.rows(), y.cols()));
      word.lookUp(frame, ids, looked);
      frame.add(scale == null ? looked : scaled(frame, looked, scale), y);
    }
  }

  private static Matrix scaled(Ops ops, Matrix x, Matrix scale) {
    Matrix y = Matrix.of(ops.allocate(x.dtype(), x.rows(), x.cols()));
    ops.khatriRao(x, scale, y);
    return y;
  }
}
