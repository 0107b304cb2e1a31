package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;

/** Runs every operation and tells the tape how to run it backwards. */
final class TapeOps implements Ops {
  private final Tape tape;
  private final Nn nn;
  private final NnGradients gradients;
  private final BackwardSteps backward;
  private final Long dropoutSeed;
  private long dropouts;

  TapeOps(Tape tape, Long dropoutSeed) {
    this.tape = tape;
    this.nn = tape.device().nn();
    this.gradients = tape.device().gradients();
    this.backward = new BackwardSteps(tape);
    this.dropoutSeed = dropoutSeed;
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return tape.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return this;
  }

  @Override
  public void close() {
    // The tape frees values when the backward pass is done with them.
  }

  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    if (!tape.wants(layer)) {
      layer.forward(this, x, activation, y);
      return;
    }
    boolean plain = activation == Activation.NONE;
    Matrix sum = plain ? y : Matrix.of(tape.allocate(y.dtype(), y.rows(), y.cols()));
    layer.forward(this, x, Activation.NONE, sum);
    tape.recordGradient(layer, x, sum);
    if (!plain) {
      activate(sum, activation, true, y);
    }
  }

  /** {@code y = activation(sum)}, both of which are kept. */
  private void activate(Matrix sum, Activation activation, boolean differentiable, Matrix y) {
    gradients.activate(sum, activation, y);
    tape.record(
        differentiable,
        () ->
            gradients.activationGradient(
                sum, activation, tape.gradientOrNull(y), tape.freshGradient(sum)),
        y);
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    boolean differentiable =
        tape.isDifferentiable(x) || tape.isDifferentiable(w) || tape.isDifferentiable(bias);
    if (activation == Activation.NONE || !differentiable) {
      nn.linear(x, transW, w, bias, activation, y);
      tape.record(
          differentiable, () -> backward.linear(x, transW, w, bias, tape.gradientOrNull(y)), y);
      return;
    }
    Tensor inner = tape.allocate(y.dtype(), y.rows(), y.cols());
    Matrix sum = Matrix.of(inner);
    nn.linear(x, transW, w, bias, Activation.NONE, sum);
    gradients.activate(sum, activation, y);
    tape.record(
        true,
        () -> {
          Matrix dy = tape.gradientOrNull(y);
          gradients.activationGradient(sum, activation, dy, dy);
          backward.linear(x, transW, w, bias, dy);
        },
        y,
        inner);
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    Matrix middle = Matrix.of(tape.allocate(x.dtype(), x.rows(), down.cols()));
    linear(x, false, down, null, Activation.NONE, middle);
    linear(middle, false, up, bias, activation, y);
  }

  @Override
  public void addLowRank(Matrix x, Matrix down, Matrix up, double scale, Matrix y) {
    Tensor inner = tape.allocate(x.dtype(), x.rows(), down.cols());
    Matrix middle = Matrix.of(inner);
    gradients.gemm(false, false, scale, x, down, 0, middle);
    gradients.gemm(false, false, 1, middle, up, 1, y);
    boolean thin = tape.isDifferentiable(x) || tape.isDifferentiable(down);
    tape.record(
        thin || tape.isDifferentiable(up),
        () -> {
          // The gradient of what was added to is that of the sum, and stays as it is.
          Matrix dy = tape.gradientOrNull(y);
          backward.linearWeight(middle, false, up, dy);
          if (thin) {
            try (Scope scratch = tape.device().openScope()) {
              Matrix slope = Matrix.of(scratch.allocate(x.dtype(), x.rows(), down.cols()));
              gradients.gemm(false, true, scale, dy, up, 0, slope);
              backward.linearWeight(x, false, down, slope);
              backward.linearInput(x, false, down, slope);
            }
          }
        },
        y,
        inner);
  }

  @Override
  public void add(Matrix x, Matrix y) {
    nn.add(x, y);
    // The gradient of what was added to is that of the sum, and stays as it is.
    tape.record(tape.isDifferentiable(x), () -> tape.addTo(x, tape.gradientOrNull(y)), y);
  }

  @Override
  public void spread(Matrix x, int parts, Matrix y) {
    nn.spread(x, parts, y);
    int from = x.cols() / parts;
    int to = y.cols() / parts;
    tape.record(
        tape.isDifferentiable(x),
        () -> {
          Matrix dy = tape.gradientOrNull(y);
          Matrix dx = tape.gradient(x);
          for (int part = 0; part < parts; part++) {
            gradients.addScaled(
                1,
                dy.columns(part * to, part * to + from),
                dx.columns(part * from, (part + 1) * from));
          }
        },
        y);
  }

  @Override
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    nn.swapAxes(x, first, second, y);
    tape.record(
        tape.isDifferentiable(x),
        () -> {
          try (Scope scratch = tape.device().openScope()) {
            Matrix dx = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
            nn.swapAxes(tape.gradientOrNull(y), second, first, dx);
            tape.addTo(x, dx);
          }
        },
        y);
  }

  @Override
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    nn.khatriRao(a, b, y);
    tape.record(
        tape.isDifferentiable(a) || tape.isDifferentiable(b),
        () -> backward.khatriRao(a, b, tape.gradientOrNull(y)),
        y);
  }

  @Override
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    nn.dequantize(codes, bits, scales, zeros, group, y);
    tape.record(false, () -> {}, y);
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    Tensor inner = tape.allocate(x.dtype(), x.rows(), x.cols());
    Matrix sum = Matrix.of(inner);
    nn.biasActivation(x, bias, Activation.NONE);
    tape.device().blas().copy(x, sum);
    nn.biasActivation(x, null, activation);
    boolean differentiable = tape.isDifferentiable(x) || tape.isDifferentiable(bias);
    tape.record(
        differentiable,
        () -> {
          // The gradient before the operation takes the place of the one after it.
          Matrix dx = tape.gradientOrNull(x);
          gradients.activationGradient(sum, activation, dx, dx);
          if (tape.isDifferentiable(bias)) {
            gradients.addColumnSums(dx, tape.parameters().of(bias));
          }
        },
        x,
        inner);
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    if (y.data() == x.data() || residual != null && y.data() == residual.data()) {
      throw new IllegalArgumentException("a recorded layer norm must not overwrite its input");
    }
    nn.layerNorm(x, bias, residual, gamma, beta, eps, y);
    boolean differentiable =
        tape.isDifferentiable(x)
            || tape.isDifferentiable(residual)
            || tape.isDifferentiable(bias)
            || tape.isDifferentiable(gamma)
            || tape.isDifferentiable(beta);
    tape.record(
        differentiable, () -> backward.layerNorm(x, bias, residual, gamma, beta, eps, y), y);
  }

  @Override
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y) {
    if (sum.data() == x.data() || sum.data() == residual.data()) {
      throw new IllegalArgumentException("a recorded sum must not overwrite its input");
    }
    nn.addLayerNorm(x, residual, gamma, beta, eps, sum, y);
    boolean added = tape.isDifferentiable(x) || tape.isDifferentiable(residual);
    tape.record(
        added,
        () -> {
          Matrix slope = tape.gradientOrNull(sum);
          tape.addTo(x, slope);
          tape.addTo(residual, slope);
        },
        sum);
    tape.record(
        added || tape.isDifferentiable(gamma) || tape.isDifferentiable(beta),
        () -> backward.layerNorm(sum, null, null, gamma, beta, eps, y),
        y);
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
    nn.embed(ids, word, positions, position, types, type, y);
    boolean differentiable =
        tape.isDifferentiable(word)
            || tape.isDifferentiable(position)
            || tape.isDifferentiable(type);
    tape.record(
        differentiable,
        () -> {
          addRows(y, ids, word);
          addRows(y, positions, position);
          addRows(y, types, type);
        },
        y);
  }

  private void addRows(Matrix y, Tensor rows, Matrix table) {
    if (tape.isDifferentiable(table)) {
      gradients.addRows(tape.gradientOrNull(y), rows, tape.gradient(table));
    }
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
    attention(q, k, v, segments, heads, scale, causal, 0, y);
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
      double dropoutRate,
      Matrix y) {
    Dropout dropout = nextDropout(dropoutRate);
    if (dropout.keepsAll()) {
      nn.attention(q, k, v, segments, heads, scale, causal, y);
    } else {
      gradients.attention(q, k, v, segments, heads, scale, causal, dropout, y);
    }
    boolean differentiable =
        tape.isDifferentiable(q) || tape.isDifferentiable(k) || tape.isDifferentiable(v);
    tape.record(
        differentiable,
        () -> backward.attention(q, k, v, segments, heads, scale, causal, dropout, y),
        y);
  }

  @Override
  public Matrix dropout(Matrix x, double rate) {
    Dropout dropout = nextDropout(rate);
    if (dropout.keepsAll()) {
      return x;
    }
    Matrix y = Matrix.of(tape.allocate(x.dtype(), x.rows(), x.cols()));
    gradients.dropout(x, dropout, y);
    tape.record(
        tape.isDifferentiable(x),
        () -> {
          Matrix dy = tape.gradientOrNull(y);
          gradients.dropout(dy, dropout, dy);
          tape.addTo(x, dy);
        },
        y);
    return y;
  }

  /** Every dropout of a pass has a pattern of its own. */
  private Dropout nextDropout(double rate) {
    if (dropoutSeed == null || rate == 0) {
      return Dropout.NONE;
    }
    dropouts++;
    return new Dropout(rate, dropoutSeed + dropouts * 0x9e3779b97f4a7c15L);
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    nn.scaledMaskedSoftmax(x, scale, valid);
    tape.record(
        tape.isDifferentiable(x),
        () -> {
          Matrix dx = tape.gradientOrNull(x);
          gradients.softmaxGradient(x, scale, dx, dx);
        },
        x);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    nn.gatherRows(x, rows, y);
    tape.record(tape.isDifferentiable(x), () -> addRows(y, rows, x), y);
  }

  @Override
  public void gatherColumns(Matrix x, Tensor columns, Matrix y) {
    nn.gatherColumns(x, columns, y);
    tape.record(
        tape.isDifferentiable(x),
        () -> {
          try (Scope scratch = tape.device().openScope()) {
            Matrix dx = Matrix.of(scratch.allocate(x.dtype(), x.rows(), x.cols()));
            Tensor places = scratch.ints(inverse(columns.toInts(), x.cols()), x.cols());
            nn.gatherColumns(tape.gradientOrNull(y), places, dx);
            tape.addTo(x, dx);
          }
        },
        y);
  }

  /** Where each of so many columns was copied to, -1 for nowhere. */
  private static int[] inverse(int[] columns, int count) {
    int[] places = new int[count];
    Arrays.fill(places, -1);
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] >= 0) {
        if (places[columns[i]] >= 0) {
          throw new IllegalArgumentException("column " + columns[i] + " is gathered twice");
        }
        places[columns[i]] = i;
      }
    }
    return places;
  }

  @Override
  public void crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    nn.crossEntropy(x, targets, losses);
    Matrix row = Parameter.vector("losses", losses).value();
    tape.record(
        tape.isDifferentiable(x),
        () ->
            gradients.addCrossEntropyGradient(
                x, targets, tape.gradientOrNull(row).data(), tape.gradient(x)),
        row);
  }

  @Override
  public void cachedAttention(
      Matrix q,
      Matrix keys,
      Matrix values,
      Tensor rows,
      Tensor lengths,
      int heads,
      double scale,
      Matrix y) {
    throw new IllegalStateException("nothing is differentiated through a cache");
  }

  @Override
  public void scatterRows(Matrix x, Tensor rows, Matrix y) {
    throw new IllegalStateException("nothing is differentiated through a cache");
  }

  /** Which columns are chosen has no derivative. */
  @Override
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    nn.palette(codes, bits, tables, rows, y);
    tape.record(false, () -> {}, y);
  }

  @Override
  public void int8Linear(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y) {
    Matrix sum =
        activation == Activation.NONE ? y : Matrix.of(tape.allocate(y.dtype(), y.rows(), y.cols()));
    nn.int8Linear(x, codes, scales, threshold, bias, Activation.NONE, sum);
    tape.record(
        tape.isDifferentiable(x) || tape.isDifferentiable(bias),
        () -> backward.int8Linear(x, codes, scales, bias, tape.gradientOrNull(sum)),
        sum);
    if (sum != y) {
      activate(sum, activation, tape.isDifferentiable(sum), y);
    }
  }

  @Override
  public void unmask(Mask mask, Tensor values, Matrix y) {
    nn.unmask(mask, values, y);
    tape.record(
        tape.isDifferentiable(values),
        () -> gradients.addMasked(tape.gradientOrNull(y), mask, tape.parameters().of(values)),
        y);
  }

  @Override
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    throw new InputException(
        "a head by svd-softmax looks at the largest words only, and nothing is trained through it;"
            + " train first and compress the head then");
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    nn.meanPool(x, segments, y);
    tape.record(
        tape.isDifferentiable(x),
        () -> gradients.addMeanPoolGradient(tape.gradientOrNull(y), segments, tape.gradient(x)),
        y);
  }
}
