package io.github.lrfbench.kernels.cpu;

import static io.github.lrfbench.kernels.cpu.CpuTensor.ARGUMENTS;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.ArrayList;
import java.util.List;

/** {@link Nn} on the processor: checks the arguments and hands them to the kernel of their type. */
final class CpuNn implements Nn {
  private record Kernels<A>(
      RowKernels<A> rows, LinearKernel<A> linear, AttentionKernel<A> attention) {
    static <A> Kernels<A> of(RowMath<A> math, Workers workers, BlockPool pool) {
      RowKernels<A> rows = new RowKernels<>(math, workers);
      return new Kernels<>(
          rows,
          new LinearKernel<>(math, rows, workers, SmallProducts.areFast(math.dtype())),
          new AttentionKernel<>(math, workers, pool));
    }
  }

  private final Kernels<float[]> floats;
  private final Kernels<double[]> doubles;

  CpuNn(Workers workers, BlockPool pool) {
    floats = Kernels.of(FloatRowMath.INSTANCE, workers, pool);
    doubles = Kernels.of(DoubleRowMath.INSTANCE, workers, pool);
  }

  private Kernels<?> kernels(Matrix matrix) {
    return matrix.dtype() == DType.F64 ? doubles : floats;
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    ARGUMENTS.requireOneType("linear", y, x, w);
    int inputs = transW ? w.cols() : w.rows();
    int outputs = transW ? w.rows() : w.cols();
    ARGUMENTS.requireShapes(
        inputs == x.cols() && y.rows() == x.rows() && y.cols() == outputs, "linear", x, w, y);
    requireOptional("linear", bias, y);
    kernels(y).linear().run(x, transW, w, bias, activation, y);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    ARGUMENTS.requireOneType("lowRank", y, x, down, up);
    ARGUMENTS.requireShapes(
        x.cols() == down.rows() && down.cols() == up.rows() && up.cols() == y.cols(),
        "lowRank",
        x,
        down,
        up,
        y);
    requireOptional("lowRank", bias, y);
    Nn.super.lowRank(x, down, up, bias, activation, y);
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    ARGUMENTS.requireFloating("biasActivation", x);
    requireOptional("biasActivation", bias, x);
    kernels(x).rows().biasActivation(x, bias, activation);
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    Matrix added = residual == null ? x : residual;
    ARGUMENTS.requireOneType("layerNorm", x, added, y);
    ARGUMENTS.requireShapes(sameShape(x, added) && sameShape(x, y), "layerNorm", x, added, y);
    requireOptional("layerNorm", bias, x);
    ARGUMENTS.requireVector("layerNorm", gamma, x.cols(), x.dtype());
    ARGUMENTS.requireVector("layerNorm", beta, x.cols(), x.dtype());
    kernels(x).rows().layerNorm(x, bias, residual, gamma, beta, eps, y);
  }

  @Override
  public void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    List<Matrix> tables = new ArrayList<>();
    List<int[]> indices = new ArrayList<>();
    addTable("word", ids, word, y, tables, indices);
    if (positions != null || position != null) {
      addTable("position", positions, position, y, tables, indices);
    }
    if (types != null || type != null) {
      addTable("type", types, type, y, tables, indices);
    }
    kernels(y).rows().gather(tables.toArray(Matrix[]::new), indices.toArray(int[][]::new), y);
  }

  private static void addTable(
      String name, Tensor index, Matrix table, Matrix y, List<Matrix> tables, List<int[]> indices) {
    if (index == null || table == null) {
      throw new IllegalArgumentException("embed: " + name + " indices and table go together");
    }
    ARGUMENTS.requireOneType("embed", y, table);
    ARGUMENTS.requireShapes(table.cols() == y.cols(), "embed", table, y);
    tables.add(table);
    indices.add(Indices.rows(name, index, table, y.rows()));
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    ARGUMENTS.requireOneType("attention", q, k, v, y);
    ARGUMENTS.requireShapes(
        sameShape(q, k) && sameShape(q, v) && sameShape(q, y), "attention", q, k, v, y);
    if (heads < 1 || q.cols() % heads != 0) {
      throw new IllegalArgumentException(
          "attention: " + q.cols() + " columns do not divide into " + heads + " heads");
    }
    int[] offsets = Indices.offsets(segments, q.rows());
    kernels(q).attention().run(new AttentionKernel.Call(q, k, v, offsets, heads, scale, causal, y));
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    ARGUMENTS.requireFloating("scaledMaskedSoftmax", x);
    int[] lengths = null;
    if (valid != null) {
      ARGUMENTS.requireVector("scaledMaskedSoftmax", valid, x.rows(), DType.I32);
      lengths = valid.toInts();
    }
    kernels(x).rows().softmax(x, scale, lengths);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    ARGUMENTS.requireOneType("gatherRows", x, y);
    ARGUMENTS.requireShapes(x.cols() == y.cols(), "gatherRows", x, y);
    int[] index = Indices.rows("row", rows, x, y.rows());
    kernels(y).rows().gather(new Matrix[] {x}, new int[][] {index}, y);
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    ARGUMENTS.requireOneType("meanPool", x, y);
    ARGUMENTS.requireShapes(x.cols() == y.cols() && y.rows() == segments.count(), "meanPool", x, y);
    int[] offsets = Indices.offsets(segments, x.rows());
    for (int s = 0; s < y.rows(); s++) {
      if (offsets[s] == offsets[s + 1]) {
        throw new IllegalArgumentException("meanPool: segment " + s + " is empty");
      }
    }
    kernels(x).rows().means(x, offsets, y);
  }

  private static void requireOptional(String operation, Tensor vector, Matrix matrix) {
    if (vector != null) {
      ARGUMENTS.requireVector(operation, vector, matrix.cols(), matrix.dtype());
    }
  }

  private static boolean sameShape(Matrix a, Matrix b) {
    return a.rows() == b.rows() && a.cols() == b.cols();
  }
}
