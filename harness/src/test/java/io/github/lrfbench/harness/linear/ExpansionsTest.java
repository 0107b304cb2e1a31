package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is multiplied out computes what the form does; tensors' forms are in TensorFormsTest. */
class ExpansionsTest extends DeviceCase {
  private static final int INPUTS = 12;

  private final SplittableRandom random = new SplittableRandom(8);

  private Linear kronecker(int m1, int m2) {
    return new KroneckerLinear(
        normal(random, 3, 2, m1), normal(random, 4, 2, m2), normal(random, m1 * m2));
  }

  private Linear slices(Basis basis) {
    Matrix own = Matrix.of(normal(random, 2, 3));
    return new TensorSlices(Kind.CP, basis, own, false, normal(random, 10), true);
  }

  private Linear dense(int outputs) {
    return new DenseLinear(Matrix.of(normal(random, INPUTS, outputs)), normal(random, outputs));
  }

  private float[] forward(Layer layer, Matrix x) {
    return forward(device, layer, x);
  }

  private static float[] forward(Device on, Layer layer, Matrix x) {
    try (Ops ops = new EagerOps(on)) {
      Tensor y = ops.allocate(x.dtype(), x.rows(), layer.outputs());
      layer.forward(ops, x, Activation.TANH, Matrix.of(y));
      return y.toFloats();
    }
  }

  private void check(Layer layer, int expected) {
    Matrix x = Matrix.of(normal(random, 5, INPUTS));
    List<Function<Scope, Layer>> expansions = layer.expansions();
    assertEquals(expected, expansions.size());
    for (Function<Scope, Layer> expansion : expansions) {
      Layer expanded = expansion.apply(scope);
      assertArrayEquals(forward(layer, x), forward(expanded, x), 1e-5f);
      assertTrue(expanded.bytes() > 0 && expanded.flopsPerRow() > 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void aSumOfKroneckerProducts(int m1) {
    check(kronecker(m1, 7), 1);
  }

  @Test
  void aMatrixOfWhichSomeElementsAreStored() {
    check(new Forms(2, scope).of("sparse", 7, INPUTS, true), 1);
  }

  @Test
  void anAdapterStaysBesideWhatIsMultipliedOut() {
    Matrix down = Matrix.of(normal(random, INPUTS, 2));
    Matrix up = Matrix.of(normal(random, 2, 15));
    check(new LoraLinear(kronecker(3, 5), down, up, 0.5, 0), 1);
  }

  @Test
  void aGroupIsOneMatrix() {
    List<Linear> members = List.of(kronecker(2, 5), dense(4), kronecker(3, 2));
    LinearGroup group = LinearGroup.of(members, scope);
    check(group, 1);
    assertEquals(INPUTS * (10 + 4 + 6) * 4, group.expansions().get(0).apply(scope).bytes());
  }

  @Test
  void aGroupThatSharesABasisIsTwoFactorsOrOneMatrix() {
    Matrix a = Matrix.of(normal(random, INPUTS, 3));
    Basis basis = new Basis("m", List.of(a, Matrix.of(normal(random, 5, 3))), scope);
    check(LinearGroup.of(List.of(slices(basis), slices(basis)), scope), 2);
  }

  @Test
  void whatIsWholeOrSmallOnPurposeHasNone() {
    assertTrue(dense(4).expansions().isEmpty());
    assertTrue(LinearGroup.of(List.of(dense(4), dense(2)), scope).expansions().isEmpty());
    Forms forms = new Forms(1, scope);
    for (String kind : Forms.KINDS) {
      boolean whole = forms.of(kind, 6, INPUTS, true).expansions().isEmpty();
      assertEquals(!kind.equals("sparse"), whole, kind);
    }
  }

  /** Parts of chains and sums are multiplied out, not these. */
  @Test
  void partsAreMultipliedOutEachForItself() {
    Forms forms = new Forms(2, scope);
    Linear sparse = forms.of("sparse", 7, INPUTS, true);
    check(new Sum(sparse, forms.of("lowrank", 7, INPUTS, false)), 1);
    Linear chain = new Chain(sparse.withBias(null), forms.of("sparse", 4, 7, true));
    check(chain, 1);
    assertEquals((7 * INPUTS + 4 * 7) * 4, chain.expansions().get(0).apply(scope).bytes());
  }

  /** A matrix is rounded once; no matrix rounds inputs of its own accord. */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "BF16"})
  void codesAreExpandedWhereProductsAreRounded(ProductRounding rounding) {
    assumeTrue(kind().equals("cpu") || rounding == ProductRounding.INT8);
    try (Device rounds = Devices.open(kind(), new DeviceOptions(1, rounding), line -> {});
        Scope own = rounds.openScope()) {
      Forms forms = new Forms(5, own);
      Linear codes = forms.of("palette", 6, INPUTS, true);
      Linear rounded = forms.of("llm-int8", 6, INPUTS, true);
      Linear lowRank = forms.of("lowrank", 6, INPUTS, true);
      List<Layer> layers =
          List.of(
              codes,
              new Sum(codes, forms.of("lowrank", 6, INPUTS, false)),
              new Chain(codes.withBias(null), forms.of("palette", 5, 6, true)),
              LinearGroup.of(List.of(codes, codes), own));
      Matrix x = Matrix.of(own.floats(normal(random, 5, INPUTS).toFloats(), 5, INPUTS));
      for (Layer layer : layers) {
        assertEquals(1, layer.expansions().size());
        Layer expanded = layer.expansions().get(0).apply(own);
        assertArrayEquals(forward(rounds, layer, x), forward(rounds, expanded, x), 1e-6f);
      }
      assertTrue(rounded.expansions().isEmpty());
      assertTrue(LinearGroup.of(List.of(codes, rounded), own).expansions().isEmpty());
      Linear chain =
          new Chain(forms.of("llm-int8", 6, INPUTS, false), forms.of("dense", 3, 6, true));
      assertTrue(LinearGroup.of(List.of(codes, chain), own).expansions().isEmpty());
      assertEquals(1, LinearGroup.of(List.of(codes, lowRank), own).expansions().size());
    }
  }

  @Test
  void theMatrixHasTheTypeOfTheForm() {
    DType type = kind().equals("cpu") ? DType.F64 : DType.F16;
    Linear other = kronecker(3, 5).copyTo(scope, type);
    LinearGroup group = LinearGroup.of(List.of(other, other), scope);
    for (Layer layer : List.of(other, group)) {
      Layer expanded = layer.expansions().get(0).apply(scope);
      assertEquals(type, ((Linear) expanded).dtype());
      assertEquals(type.bytes() * layer.outputs() * INPUTS, expanded.bytes());
    }
  }
}
