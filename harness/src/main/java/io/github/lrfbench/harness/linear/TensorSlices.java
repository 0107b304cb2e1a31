package io.github.lrfbench.harness.linear;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A linear map whose matrix is made of H slices of a tensor, Tₖ ≈ A Mₖ Bᵀ with A of [D, R1] and B
 * of [w, R2], which other maps may share. The slices' columns are outputs, W = [T₁ᵀ; T₂ᵀ; ...] of
 * [H w, D], or inputs, W = [T₁, T₂, ...] of [D, H w].
 *
 * <p>The factors are never multiplied to W where that takes more operations: of one product after
 * the other, of [M₁ Bᵀ, M₂ Bᵀ, ...] as one factor, and of W itself, a call takes what is cheapest
 * for its rows.
 *
 * @param kind what Mₖ is made of
 * @param basis A, B, and of TUCKER the core G [R3, R1 R2]
 * @param own of CP and TUCKER the slices' rows of the third factor C, [H, R] and [H, R3]; of TT Mₖ
 *     itself, [H, R1 R2]
 * @param ofInputs whether the slices' columns are inputs
 * @param bias [outputs], or null for none
 * @param holder whether it is this map that counts and stores the basis
 */
public record TensorSlices(
    Kind kind, Basis basis, Matrix own, boolean ofInputs, Tensor bias, boolean holder)
    implements Sharer {
  /** Rows for which a call's operations are told: those of a sentence. */
  private static final int USUAL_ROWS = 128;

  /** What Mₖ is made of. */
  public enum Kind {
    /** Canonical polyadic: Mₖ = diag(C[k]). */
    CP,
    /** Tucker: Mₖ = Σ C[k, c] G_c. */
    TUCKER,
    /** A tensor train whose middle core has the slices. */
    TT;

    /** The word for the form. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** How many matrices are shared. */
    int shared() {
      return this == TUCKER ? 3 : 2;
    }
  }

  /** In which order a map is applied. */
  private enum Order {
    STEPS,
    TWO_FACTORS,
    WHOLE
  }

  /** Checks that the factors fit. */
  public TensorSlices {
    List<Matrix> shared = basis.factors();
    int r1 = shared.get(0).cols();
    int r2 = shared.get(1).cols();
    boolean fits =
        shared.size() == kind.shared()
            && switch (kind) {
              case CP -> r1 == r2 && own.cols() == r1;
              case TUCKER -> shared.get(2).cols() == r1 * r2 && own.cols() == shared.get(2).rows();
              case TT -> own.cols() == r1 * r2;
            };
    if (!fits) {
      throw new IllegalArgumentException("factors that do not fit");
    }
  }

  private Matrix a() {
    return basis.factors().get(0);
  }

  private Matrix b() {
    return basis.factors().get(1);
  }

  /** H. */
  public int slices() {
    return own.rows();
  }

  private int width() {
    return slices() * b().rows();
  }

  @Override
  public int inputs() {
    return ofInputs ? width() : a().rows();
  }

  @Override
  public int outputs() {
    return ofInputs ? a().rows() : width();
  }

  @Override
  public String form() {
    return kind.word();
  }

  @Override
  public String label() {
    int r1 = a().cols();
    int r2 = b().cols();
    return label(kind, r1, r2, kind == Kind.TUCKER ? own.cols() : 0);
  }

  /** What a reader calls factors of these ranks. */
  public static String label(Kind kind, int r1, int r2, int r3) {
    return switch (kind) {
      case CP -> "R=" + r1;
      case TUCKER -> r1 + "x" + r2 + "x" + r3;
      case TT -> "r=" + r1 + "," + r2;
    };
  }

  @Override
  public int rank() {
    return kind == Kind.CP ? a().cols() : 0;
  }

  @Override
  public long parameters() {
    return (long) own.rows() * own.cols() + (holder ? basis.parameters() : 0);
  }

  @Override
  public long bits() {
    return parameters() * dtype().bytes() * Byte.SIZE;
  }

  @Override
  public DType dtype() {
    return own.dtype();
  }

  /** Those of a call of 128 rows, a row: what is done once for all of them has a share in it. */
  @Override
  public long flopsPerRow() {
    return 2 * products(cheapest(USUAL_ROWS), USUAL_ROWS) / USUAL_ROWS;
  }

  private Order cheapest(int rows) {
    Order best = Order.TWO_FACTORS;
    for (Order order : Order.values()) {
      if (products(order, rows) < products(best, rows)) {
        best = order;
      }
    }
    return best;
  }

  /** Multiplications of a call. */
  private long products(Order order, long rows) {
    long r1 = a().cols();
    long r2 = b().cols();
    long middle = kind == Kind.TUCKER ? own.cols() * slices() * r1 * r2 : 0;
    long factor = kind == Kind.CP ? width() * r1 : middle + slices() * r1 * r2 * b().rows();
    return switch (order) {
      case STEPS -> {
        long ofMiddle = kind == Kind.CP ? slices() * r1 : slices() * r1 * r2;
        yield middle + rows * (a().rows() * r1 + ofMiddle + width() * r2);
      }
      case TWO_FACTORS -> factor + rows * r1 * (a().rows() + width());
      case WHOLE -> factor + r1 * a().rows() * width() + rows * a().rows() * width();
    };
  }

  @Override
  public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
    try (Ops frame = ops.frame()) {
      switch (cheapest(x.rows())) {
        case WHOLE -> frame.linear(x, false, whole(frame), bias, activation, y);
        case TWO_FACTORS -> {
          Matrix factor = factor(frame);
          Matrix middle = allocate(frame, x.rows(), a().cols());
          frame.linear(x, false, ofInputs ? factor : a(), null, Activation.NONE, middle);
          frame.linear(middle, true, ofInputs ? a() : factor, bias, activation, y);
        }
        case STEPS -> {
          if (ofInputs) {
            inSteps(frame, x, activation, y);
          } else {
            outInSteps(frame, x, activation, y);
          }
        }
      }
    }
  }

  /** By A, then every slice's M, then B. */
  private void outInSteps(Ops ops, Matrix x, Activation activation, Matrix y) {
    int rows = x.rows();
    Matrix first = product(ops, x, false, a(), rows, a().cols());
    Matrix spread = allocate(ops, rows, slices() * b().cols());
    if (kind == Kind.CP) {
      ops.khatriRao(first, own, spread.reshape(rows * slices(), b().cols()));
    } else {
      Matrix middles = middles(ops);
      for (int k = 0; k < slices(); k++) {
        Matrix part = spread.columns(k * b().cols(), (k + 1) * b().cols());
        ops.linear(first, false, middle(middles, k), null, Activation.NONE, part);
      }
    }
    Matrix heads = spread.reshape(rows * slices(), b().cols());
    boolean direct = y.isContiguous() || slices() == 1;
    Matrix result = direct ? y : allocate(ops, rows, width());
    Matrix target = slices() == 1 ? result : result.reshape(rows * slices(), b().rows());
    ops.linear(heads, true, b(), null, Activation.NONE, target);
    if (!direct) {
      ops.swapAxes(result, 1, width(), y);
    }
    if (bias != null || activation != Activation.NONE) {
      ops.biasActivation(y, bias, activation);
    }
  }

  /** By B, then every slice's M, summed, then A. */
  private void inSteps(Ops ops, Matrix x, Activation activation, Matrix y) {
    int rows = x.rows();
    int r2 = b().cols();
    Matrix packed = x;
    if (!x.isContiguous()) {
      packed = allocate(ops, rows, width());
      ops.swapAxes(x, 1, width(), packed);
    }
    Matrix heads = packed.reshape(rows * slices(), b().rows());
    Matrix read = product(ops, heads, false, b(), rows * slices(), r2).reshape(rows, slices() * r2);
    Matrix middles = kind == Kind.CP ? null : middles(ops);
    Matrix sum = allocate(ops, rows, a().cols());
    for (int k = 0; k < slices(); k++) {
      Matrix part = k == 0 ? sum : allocate(ops, rows, a().cols());
      Matrix of = read.columns(k * r2, (k + 1) * r2);
      if (kind == Kind.CP) {
        ops.khatriRao(of, own.rows(k, k + 1), part);
      } else {
        ops.linear(of, true, middle(middles, k), null, Activation.NONE, part);
      }
      if (k > 0) {
        ops.add(part, sum);
      }
    }
    ops.linear(sum, true, a(), bias, activation, y);
  }

  /** All Mₖ, [H, R1 R2]. */
  private Matrix middles(Ops ops) {
    if (kind == Kind.TT) {
      return own;
    }
    Matrix core = basis.factors().get(2);
    return product(ops, own, false, core, slices(), core.cols());
  }

  private Matrix middle(Matrix middles, int slice) {
    return middles.rows(slice, slice + 1).reshape(a().cols(), b().cols());
  }

  /** All B Mₖᵀ one above the other, [H w, R1]. */
  private Matrix factor(Ops ops) {
    int r1 = a().cols();
    Matrix factor = allocate(ops, width(), r1);
    if (kind == Kind.CP) {
      ops.khatriRao(own, b(), factor);
      return factor;
    }
    Matrix middles = middles(ops).reshape(slices() * r1, b().cols());
    Matrix turned = product(ops, middles, true, b(), slices() * r1, b().rows());
    ops.swapAxes(
        turned.reshape(slices(), r1 * b().rows()),
        r1,
        b().rows(),
        factor.reshape(slices(), r1 * b().rows()));
    return factor;
  }

  /** Wᵀ [inputs, outputs]. */
  private Matrix whole(Ops ops) {
    Matrix factor = factor(ops);
    return ofInputs
        ? product(ops, factor, true, a(), inputs(), outputs())
        : product(ops, a(), true, factor, inputs(), outputs());
  }

  private Matrix product(Ops ops, Matrix x, boolean transW, Matrix w, int rows, int cols) {
    Matrix product = allocate(ops, rows, cols);
    ops.linear(x, transW, w, null, Activation.NONE, product);
    return product;
  }

  private Matrix allocate(Ops ops, int rows, int cols) {
    return Matrix.of(ops.allocate(dtype(), rows, cols));
  }

  @Override
  public List<Function<Scope, Layer>> expansions() {
    return List.of(this::twoFactors, scope -> DenseLinear.expansion(this, scope));
  }

  private Layer twoFactors(Scope scope) {
    try (Ops ops = new EagerOps(scope.device())) {
      Matrix factor = factor(ops);
      Matrix down = Copies.of(ofInputs ? factor : a(), scope);
      Matrix second = ofInputs ? a() : factor;
      Matrix up = Matrix.of(scope.allocate(dtype(), second.cols(), second.rows()));
      scope.device().blas().transpose(second, up);
      return new LowRankLinear(new LowRankFactors(down, up), Copies.of(bias, scope));
    }
  }

  @Override
  public void materialize(Device device, Matrix target) {
    try (Scope scratch = device.openScope();
        Ops ops = new EagerOps(device)) {
      List<Matrix> shared =
          basis.factors().stream().map(each -> Copies.of(each, scratch, DType.F32)).toList();
      Basis single = new Basis(basis.module(), shared, scratch);
      Matrix numbers = Copies.of(own, scratch, DType.F32);
      TensorSlices copy = new TensorSlices(kind, single, numbers, ofInputs, null, holder);
      device.blas().transpose(copy.whole(ops), target);
    }
  }

  @Override
  public TensorSlices withBasis(Basis other, boolean holds) {
    return new TensorSlices(kind, other, own, ofInputs, bias, holds);
  }

  @Override
  public TensorSlices withOwn(Matrix other, Tensor otherBias) {
    return new TensorSlices(kind, basis, other, ofInputs, otherBias, holder);
  }

  @Override
  public boolean joinsColumns() {
    return false;
  }

  @Override
  public boolean joins(Sharer other) {
    return !ofInputs && other instanceof TensorSlices slices && !slices.ofInputs;
  }

  @Override
  public List<Parameter> weights(String name) {
    List<Parameter> weights = new ArrayList<>();
    weights.add(new Parameter(name + TensorSlicesFormat.own(kind), own, Storage.MATRIX));
    if (holder) {
      for (int i = 0; i < basis.factors().size(); i++) {
        String part = name + TensorSlicesFormat.shared(kind, i);
        weights.add(new Parameter(part, basis.factors().get(i), Storage.MATRIX));
      }
    }
    weights.addAll(Parameter.bias(name, bias));
    return weights;
  }

  @Override
  public void describe(String name, ObjectNode constants) {
    if (!holder || ofInputs) {
      ObjectNode told = constants.putObject(name);
      if (!holder) {
        told.put(SharedFormat.BASIS, basis.module());
      }
      if (ofInputs) {
        told.put(TensorSlicesFormat.OF_INPUTS, true);
      }
    }
  }

  @Override
  public TensorSlices withBias(Tensor other) {
    return withOwn(own, other);
  }

  @Override
  public TensorSlices copyTo(Scope scope) {
    return copyTo(scope, dtype());
  }

  @Override
  public TensorSlices copyTo(Scope scope, DType dtype) {
    return new TensorSlices(
        kind,
        basis.copyTo(scope, dtype),
        Copies.of(own, scope, dtype),
        ofInputs,
        Copies.of(bias, scope, dtype),
        holder);
  }
}
