package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Word, position and type embeddings, summed and perhaps normed.
 *
 * @param word the table of words
 * @param position [positions, H]
 * @param firstPosition row of a sequence's first token
 * @param type [types, H], or null if there is none
 * @param norm after the sum, or null for none
 */
public record SummedEmbeddings(
    Table word, Tensor position, int firstPosition, Tensor type, Norm norm) implements InputLayer {

  @Override
  public String form() {
    return "sum";
  }

  @Override
  public int width() {
    return word.outputs();
  }

  @Override
  public DType dtype() {
    return word.dtype();
  }

  @Override
  public List<LinearSlot> tables(InputNames names) {
    return List.of(new WordTable(names.word(), word).slot());
  }

  @Override
  public SummedEmbeddings with(InputNames names, Replacements placed) {
    return with(new WordTable(names.word(), word).with(placed).table());
  }

  /** The same with another table of words. */
  public SummedEmbeddings with(Table words) {
    return new SummedEmbeddings(words, position, firstPosition, type, norm);
  }

  @Override
  public Matrix forward(Ops ops, InputPass pass) {
    if (norm == null) {
      return ops.dropout(sum(ops, pass, null), pass.dropout());
    }
    Matrix y = Matrix.of(ops.allocate(dtype(), pass.tokens(), width()));
    try (Ops frame = ops.frame()) {
      norm.forward(frame, sum(frame, pass, null), null, y);
    }
    return ops.dropout(y, pass.dropout());
  }

  /**
   * The sum before the norm.
   *
   * @param scale [H] by which the words' numbers are multiplied; null for 1
   * @return [T, H]
   */
  Matrix sum(Ops ops, InputPass pass, Matrix scale) {
    Matrix rows = Matrix.of(position);
    boolean padded = firstPosition > 0 && pass.counted() != null;
    Matrix sum = Matrix.of(ops.allocate(dtype(), pass.tokens(), width()));
    WordTable.embed(
        ops,
        word,
        pass.ids(),
        scale,
        padded ? pass.counted() : pass.positions(),
        rows.rows(padded ? firstPosition - 1 : firstPosition, rows.rows()),
        type == null ? null : pass.types(),
        type == null ? null : Matrix.of(type),
        sum);
    return sum;
  }

  @Override
  public int attentionWidth() {
    return 0;
  }

  @Override
  public long flops(long tokens, long seen) {
    return tokens * word.lookUpFlops();
  }

  @Override
  public void score(Ops ops, Matrix x, Matrix y) {
    word.score(ops, x, y);
  }

  @Override
  public long scoreFlops() {
    return word.flopsPerRow();
  }

  /** W [H, V] of the table of words, whose columns are the rows of the head's matrix. */
  @Override
  public Linear untiedHead(Scope scope) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, word.outputs(), word.inputs()));
    word.materialize(scope.device(), weight);
    DenseLinear head = new DenseLinear(weight, null);
    return dtype() == DType.F32 ? head : head.copyTo(scope, dtype());
  }

  @Override
  public List<ModelPart> parts(InputNames names) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(table(names.position(), position));
    if (type != null) {
      weights.add(table(names.type(), type));
    }
    if (norm != null) {
      weights.addAll(norm.weights(names.norm()));
    }
    return List.of(new WordTable(names.word(), word).part(), ModelPart.of(weights));
  }

  private static Parameter table(String module, Tensor table) {
    return new Parameter(module + ".weight", Matrix.of(table), Storage.MATRIX);
  }

  @Override
  public boolean isCommon() {
    return true;
  }

  @Override
  public SummedEmbeddings copyTo(Scope scope, DType dtype) {
    return new SummedEmbeddings(
        word.copyTo(scope, dtype),
        Copies.of(position, scope, dtype),
        firstPosition,
        Copies.of(type, scope, dtype),
        norm == null ? null : norm.copyTo(scope, dtype));
  }
}
