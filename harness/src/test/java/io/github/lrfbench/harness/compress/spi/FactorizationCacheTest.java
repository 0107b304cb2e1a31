package io.github.lrfbench.harness.compress.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.shapes.ShapeDevice;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FactorizationCacheTest {
  /** GPT-2 XL's feed-forward matrices: two factors of rank 640 in F64 take 41 MB. */
  @Test
  void partsOfALargeModelAreBounded() {
    List<List<Target>> parts = parts(96, 1600, 6400, 640);
    assertEquals(IntStream.range(0, 96).boxed().toList(), points(parts));
    for (List<Target> part : parts.subList(0, parts.size() - 1)) {
      assertEquals(13, part.size());
    }
  }

  /** bert-base is one part, so that its matrices share the processors as they always did. */
  @Test
  void aSmallModelIsOnePart() {
    assertEquals(1, parts(72, 768, 1536, 256).size());
    assertEquals(0, parts(0, 768, 768, 192).size());
  }

  @Test
  void aMatrixBeyondThatIsAPartOfItsOwn() {
    assertTrue(parts(3, 16_384, 16_384, 8_192).stream().allMatch(part -> part.size() == 1));
  }

  /** The number of a target is its slot's layer. */
  private static List<Integer> points(List<List<Target>> parts) {
    return parts.stream().flatMap(List::stream).map(target -> target.slot().layer()).toList();
  }

  private static List<List<Target>> parts(int count, int inputs, int outputs, int rank) {
    try (ShapeDevice device = new ShapeDevice();
        Scope scope = device.openScope()) {
      DenseLinear linear =
          new DenseLinear(Matrix.of(scope.allocate(DType.F32, inputs, outputs)), null);
      return FactorizationCache.parts(
          IntStream.range(0, count)
              .mapToObj(
                  i -> new Target(new LinearSlot("h." + i, i, "role", linear), rank - 1, false))
              .toList());
    }
  }
}
