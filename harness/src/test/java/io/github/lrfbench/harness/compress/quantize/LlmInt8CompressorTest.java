package io.github.lrfbench.harness.compress.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.LlmInt8Linear;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is stored is what int8 stores. */
class LlmInt8CompressorTest extends DeviceCase {
  private static Factorization factorize(CodingMethod method, FactorRequest request) {
    return method.factorize(request).get(0);
  }

  private FactorRequest request(String method, Matrix weight) {
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    MethodSpec spec = MethodSpec.parse(method);
    return new FactorRequest(List.of(new Target(slot, 0, true)), spec.options(), null, scope);
  }

  @ParameterizedTest
  @CsvSource({"llm-int8, 6", "llm-int8:threshold=0, 0", "llm-int8:threshold=3.25, 3.25"})
  void codesAndErrorsAreThoseOfInt8(String method, float threshold) {
    Matrix weight = Matrix.of(normal(new SplittableRandom(9), 7, 5));
    Factorization made = factorize(new LlmInt8Compressor(), request(method, weight));
    Factorization plain = factorize(new Int8Compressor(), request("int8", weight));
    LlmInt8Linear map = (LlmInt8Linear) made.fit(0, scope).map();
    QuantizedLinear other = (QuantizedLinear) plain.fit(0, scope).map();
    assertEquals(threshold, map.threshold());
    assertArrayEquals(other.codes().data().toBytes(), map.codes().data().toBytes());
    assertArrayEquals(other.scales().toFloats(), map.scales().toFloats());
    assertEquals(1, made.points().count());
    assertEquals(plain.points().get(0).squaredError(), made.points().get(0).squaredError());
    assertEquals(map.parameters(), made.points().get(0).numbers());
    assertEquals(map.bits(), made.points().get(0).bits());
    assertEquals(map.label(), made.points().get(0).label());
    String note = made.fit(0, scope).diagnostics().note();
    assertEquals("runs in 8 bits, outliers in full", note);
  }

  @Test
  void aThresholdThatIsNoFloatIsRefused() {
    InputException refused =
        assertThrows(InputException.class, () -> MethodSpec.parse("llm-int8:threshold=1e-60"));
    assertTrue(refused.getMessage().contains("threshold=1.0E-60"), refused.getMessage());
    assertThrows(InputException.class, () -> MethodSpec.parse("llm-int8:threshold=-1"));
  }
}
