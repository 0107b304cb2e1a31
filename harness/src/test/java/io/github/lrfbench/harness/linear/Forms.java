package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Linear maps of all forms with random numbers. */
public final class Forms {
  /** The forms that {@link #of} makes. */
  public static final List<String> KINDS =
      List.of(
          "dense",
          "lowrank",
          "chain",
          "sum",
          "codes",
          "lplr",
          "losparse",
          "selected",
          "palette",
          "llm-int8",
          "sparse",
          "sparse-codes",
          "outputs");

  private final SplittableRandom random;
  private final Scope scope;

  /**
   * A maker of forms.
   *
   * @param scope owns them
   */
  public Forms(long seed, Scope scope) {
    this.random = new SplittableRandom(seed);
    this.scope = scope;
  }

  /** A tensor N(0, deviation²). */
  public Tensor random(double deviation, long... dims) {
    int size = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return scope.floats(values, dims);
  }

  private Matrix matrix(int rows, int cols) {
    return Matrix.of(random(0.5 / Math.sqrt(rows), rows, cols));
  }

  /** A form of a size. */
  public Linear of(String kind, int outputs, int inputs, boolean biased) {
    Tensor bias = biased ? random(0.1, outputs) : null;
    return plain(kind, outputs, inputs).withBias(bias);
  }

  /**
   * A table of words.
   *
   * @param kind {@code dense}, {@code lowrank} or {@code kronecker}
   */
  public Table table(String kind, int width, int words) {
    if (!kind.equals("kronecker")) {
      return plain(kind, width, words).table();
    }
    int part = width % 4 == 0 ? 4 : 1;
    return new KroneckerLinear(random(0.5, words, 2, width / part), random(0.7, 1, 2, part), null);
  }

  /** Narrow heads of a size. */
  public Linear heads(int heads, int outputs, int inputs) {
    int kept = Math.max(1, outputs / heads / 2);
    return new NarrowHeads(matrix(inputs, heads * kept), random(0.1, outputs), heads, outputs);
  }

  /** What reads a part of every head's outputs. */
  public Linear ofHeads(int heads, int outputs, int inputs) {
    int kept = Math.max(1, inputs / heads / 2);
    return new NarrowInputs(matrix(heads * kept, outputs), random(0.1, outputs), heads, inputs);
  }

  private Linear plain(String kind, int outputs, int inputs) {
    return switch (kind) {
      case "dense" -> new DenseLinear(matrix(inputs, outputs), null);
      case "lowrank" ->
          new LowRankLinear(new LowRankFactors(matrix(inputs, 3), matrix(3, outputs)), null);
      case "chain" -> new Chain(plain("dense", 5, inputs), plain("lowrank", outputs, 5));
      case "sum" -> new Sum(plain("lowrank", outputs, inputs), plain("chain", outputs, inputs));
      case "codes" -> codes(DType.I8, outputs, inputs);
      case "lplr" -> new Chain(codes(DType.U8, 3, inputs), codes(DType.I8, outputs, 3));
      case "palette" -> palette(outputs, inputs);
      case "llm-int8" -> llmInt8(outputs, inputs);
      case "sparse" -> sparse(outputs, inputs);
      case "sparse-codes" -> sparseCodes(outputs, inputs);
      case "outputs" -> new Chain(plain("dense", (outputs + 1) / 2, inputs), everySecond(outputs));
      case "selected" -> new Chain(selected(inputs), plain("dense", outputs, inputs / 2));
      case "losparse" ->
          new Sum(codes(DType.U8, outputs, inputs), plain("lowrank", outputs, inputs));
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /** Codes of 3 bits, with a table for every two rows. */
  private Linear palette(int outputs, int inputs) {
    int cols = CodePacking.width(inputs, 3);
    byte[] codes = new byte[outputs * cols];
    random.nextBytes(codes);
    Tensor tables = random(0.3, (outputs + 1) / 2, 8);
    Matrix packed = Matrix.of(scope.codes(DType.U8, codes, outputs, cols));
    return new PaletteLinear(packed, 3, tables, inputs, 2, null, DType.F32);
  }

  /** Of inputs that were normed one in some has an outlier. */
  private Linear llmInt8(int outputs, int inputs) {
    byte[] codes = new byte[outputs * inputs];
    random.nextBytes(codes);
    Matrix stored = Matrix.of(scope.codes(DType.I8, codes, outputs, inputs));
    return new LlmInt8Linear(stored, random(0.002, outputs, 1), 1.5f, null, DType.F32);
  }

  /** Every third element, and no row alike. */
  private Linear sparse(int outputs, int inputs) {
    byte[] stored = new byte[outputs * inputs];
    int count = 0;
    for (int i = 0; i < stored.length; i++) {
      stored[i] = (byte) (random.nextInt(3) == 0 ? 1 : 0);
      count += stored[i];
    }
    Mask mask = Mask.of(CodePacking.pack(stored, inputs, 1), outputs, inputs, scope);
    return new SparseLinear(mask, random(0.5, count, 1), null);
  }

  /** Codes of 3 bits of every third element, with a scale and a zero point for four inputs. */
  private Linear sparseCodes(int outputs, int inputs) {
    Mask mask = ((SparseLinear) sparse(outputs, inputs)).mask();
    int groups = (inputs + 3) / 4;
    float[] zeros = new float[outputs * groups];
    for (int i = 0; i < zeros.length; i++) {
      zeros[i] = random.nextInt(8);
    }
    byte[] codes = mask.flags();
    for (int i = 0; i < codes.length; i++) {
      int zero = (int) zeros[i / inputs * groups + i % inputs / 4];
      codes[i] = (byte) (codes[i] == 1 ? random.nextInt(8) : zero);
    }
    byte[] packed = CodePacking.pack(codes, inputs, 3);
    QuantizedLinear whole =
        new QuantizedLinear(
            Matrix.of(scope.codes(DType.U8, packed, outputs, CodePacking.width(inputs, 3))),
            3,
            random(0.05, outputs, groups),
            scope.floats(zeros, outputs, groups),
            inputs,
            4,
            null,
            DType.F32);
    return SparseCodes.of(mask, whole, scope);
  }

  private Linear everySecond(int outputs) {
    boolean[] given = new boolean[outputs];
    for (int i = 0; i < outputs; i += 2) {
      given[i] = true;
    }
    return PlacedOutputs.of(given, scope);
  }

  private Linear selected(int inputs) {
    int[] columns = IntStream.range(0, inputs / 2).map(i -> inputs - 1 - 2 * i).toArray();
    return SelectedInputs.of(columns, inputs, scope);
  }

  private Linear codes(DType dtype, int outputs, int inputs) {
    int cols = dtype == DType.I8 ? inputs : (inputs + 1) / 2;
    byte[] codes = new byte[outputs * cols];
    random.nextBytes(codes);
    Tensor tensor = scope.allocate(dtype, outputs, cols);
    tensor.write(0, codes, 0, codes.length);
    double deviation = dtype == DType.I8 ? 0.002 : 0.01;
    return new CodesLinear(Matrix.of(tensor), random(deviation, outputs), inputs, null, DType.F32);
  }
}
