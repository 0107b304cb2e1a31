package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.exchange.PowerSgdSettings;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.ProductRounding;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training on CUDA with products of 16 bits beside training on the CPU in full. */
@Tag("cuda")
class MixedPrecisionTest {
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void lossesStayNearThoseOfFullPrecision(ProductRounding rounding) {
    TrainingSettings settings = TrainerTest.settings(16, 16, 3);
    List<Double> full = TrainerTest.losses("cpu", new DeviceOptions(2), settings);
    List<Double> mixed = TrainerTest.losses("cuda", new DeviceOptions(1, rounding), settings);
    assertEquals(full.size(), mixed.size());
    assertNotEquals(full, mixed);
    assertTrue(full.get(full.size() - 1) < full.get(0), full.toString());
    for (int i = 0; i < full.size(); i++) {
      assertEquals(full.get(i), mixed.get(i), 0.02, "step " + i);
    }
  }

  /** Gradients that workers exchange compressed, on the device, and with their loss scaled. */
  @Test
  void soDoThoseOfWorkers() {
    TrainingSettings settings = TrainerTest.settings(24, 24, 3);
    PowerSgdSettings compression = new PowerSgdSettings(2, true, true, false, 2, 0);
    Workers workers = new Workers(2, compression, List.of());
    List<Double> full = TrainerTest.losses("cpu", new DeviceOptions(2), settings, workers);
    DeviceOptions options = new DeviceOptions(1, ProductRounding.F16);
    List<Double> mixed = TrainerTest.losses("cuda", options, settings, workers);
    for (int i = 0; i < full.size(); i++) {
      assertEquals(full.get(i), mixed.get(i), 0.02, "step " + i);
    }
  }
}
