package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class FastestFormsTest extends DeviceCase {
  private final List<String> applied = new ArrayList<>();
  private long now;

  /** A layer whose passes take so many milliseconds, and tell that they happened. */
  private record Timed(
      FastestFormsTest test,
      String label,
      long ms,
      long bytes,
      List<Function<Scope, Layer>> expansions)
      implements Layer {
    @Override
    public int inputs() {
      return 3;
    }

    @Override
    public int outputs() {
      return 2;
    }

    @Override
    public long flopsPerRow() {
      return 10 * ms;
    }

    @Override
    public void forward(Ops ops, Matrix x, Activation activation, Matrix y) {
      test.applied.add(label);
      test.now += 1_000_000 * ms;
    }
  }

  private Layer layer(String label, long ms, long... expandedMs) {
    List<Function<Scope, Layer>> expansions = new ArrayList<>();
    for (long each : expandedMs) {
      expansions.add(scope -> new Timed(this, label + "/" + each, each, 1000 + each, List.of()));
    }
    return new Timed(this, label, ms, 100, expansions);
  }

  private void apply(Ops ops, Layer layer, int rows) {
    Matrix x = Matrix.of(scope.zeros(DType.F32, rows, 3));
    Matrix y = Matrix.of(scope.zeros(DType.F32, rows, 2));
    // As models do, within a frame.
    try (Ops frame = ops.frame()) {
      frame.apply(layer, x, Activation.NONE, y);
    }
  }

  /** What a pass applies with the forms that were chosen for it. */
  private String chosen(FastestForms forms, Consumer<Ops> pass) {
    applied.clear();
    try (Ops ops = forms.ops(new EagerOps(device))) {
      pass.accept(ops);
    }
    return String.join(" ", applied);
  }

  @Test
  void theFastestOfTheFormsIsTaken() {
    Layer slow = layer("slow", 8, 6, 4, 5);
    Layer quick = layer("quick", 3, 4, 9);
    Layer whole = layer("whole", 7);
    Consumer<Ops> pass =
        ops -> {
          apply(ops, slow, 4);
          apply(ops, quick, 4);
          apply(ops, whole, 4);
        };
    try (FastestForms forms = FastestForms.of(device, pass, () -> now)) {
      assertEquals("slow/4 quick whole", chosen(forms, pass));
      assertEquals(1, forms.expanded());
      assertEquals(1004, forms.bytes());
      assertEquals(4 * (40 - 80), forms.addedFlops());
    }
  }

  @Test
  void whatIsHardlyFasterIsNotWorthItsMemory() {
    Layer layer = layer("form", 100, 98);
    Consumer<Ops> pass = ops -> apply(ops, layer, 1);
    try (FastestForms forms = FastestForms.of(device, pass, () -> now)) {
      assertEquals("form", chosen(forms, pass));
      assertEquals(0, forms.bytes());
    }
  }

  @Test
  void layersOfOneSizeAreMeasuredOnceAndAllReplaced() {
    List<Layer> layers = List.of(layer("a", 50, 20), layer("a", 50, 20), layer("a", 50, 20));
    Consumer<Ops> pass = ops -> layers.forEach(layer -> apply(ops, layer, 2));
    try (FastestForms forms = FastestForms.of(device, pass, () -> now)) {
      int measured = applied.size();
      applied.clear();
      assertEquals(3, forms.expanded());
      assertEquals(3 * 1020, forms.bytes());
      FastestForms.of(device, ops -> apply(ops, layers.get(0), 2), () -> now).close();
      // Another layer of the size adds its own pass alone.
      assertEquals(measured - 2, applied.size());
    }
  }

  @Test
  void aLayerThatIsAppliedTwiceIsExpandedOnceAndCountsTwice() {
    Layer layer = layer("a", 50, 20);
    Consumer<Ops> pass =
        ops -> {
          apply(ops, layer, 8);
          apply(ops, layer, 1);
        };
    try (FastestForms forms = FastestForms.of(device, pass, () -> now)) {
      assertEquals("a/20 a/20", chosen(forms, pass));
      assertEquals(1020, forms.bytes());
      assertEquals(9 * (200 - 500), forms.addedFlops());
    }
  }

  @Test
  void aPassThatFailsLeavesNothingBehind() {
    long before = device.memory().currentBytes();
    assertThrows(
        IllegalStateException.class,
        () ->
            FastestForms.of(
                device,
                ops -> {
                  throw new IllegalStateException("no");
                }));
    assertEquals(before, device.memory().currentBytes());
  }
}
