package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The same with a cache of what lies between the factors of keys and values. */
class LatentDecodingTest extends DecodingTest {
  private static final Gpt2Options LATENT = new Gpt2Options(true, false, true);

  @Override
  void withModel(Body body) {
    withModel(LATENT, body);
  }

  /** A model whose keys and values are factored: of one rank in one block, of two in another. */
  private void withModel(Gpt2Options options, Body body) {
    try (Device device = Devices.open(device(), new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(TestData.require("golden/gpt2-lm"), options, device);
        Scope scope = device.openScope()) {
      Map<String, Linear> replacements = new HashMap<>();
      replacements.putAll(factored(golden.model(), 0, "key", 5, scope));
      replacements.putAll(factored(golden.model(), 0, "value", 5, scope));
      replacements.putAll(factored(golden.model(), 1, "key", 7, scope));
      replacements.putAll(factored(golden.model(), 1, "value", 3, scope));
      try (Model model = golden.model().with(replacements)) {
        body.run((CausalModel) model);
      }
    }
  }

  private static Map<String, Linear> factored(
      Model model, int layer, String role, int rank, Scope scope) {
    List<LinearSlot> slots =
        model.slots().stream()
            .filter(slot -> slot.layer() == layer && slot.role().equals(role))
            .toList();
    assertEquals(1, slots.size());
    MethodSpec svd = MethodSpec.parse("svd");
    try (FactorizationCache cache = new FactorizationCache(scope.device())) {
      Compression compression =
          svd.compressor()
              .compress(
                  new CompressionRequest(
                      model, slots, new Budget.Rank(rank), svd.options(), null, cache, scope, 0));
      assertTrue(
          compression.replacements().values().stream().allMatch(LowRankLinear.class::isInstance));
      return compression.replacements();
    }
  }

  @Test
  void theCacheHasRoomForTheRanksAlone() {
    withModel(LATENT, model -> assertCache(model, 5 + 7));
    withModel(new Gpt2Options(true, false), model -> assertCache(model, 2 * 32));
  }

  /** Keys and values of so many numbers in both blocks; devices round sizes up. */
  private static void assertCache(CausalModel model, int widths) {
    assertEquals(32, model.info().hiddenSize());
    long before = model.device().memory().currentBytes();
    try (KeyValueCache cache = model.openCache(30, 40)) {
      long bytes = model.device().memory().currentBytes() - before;
      long expected = 2L * 30 * 40 * Float.BYTES * widths;
      assertEquals(expected, bytes, 0.12 * expected + 20_000, cache.capacity() + " tokens");
    }
  }

  @Test
  void aClassifierHasNoCache() {
    // Absent data skips the test, which must not be taken for the refusal.
    Path classifier = TestData.require("golden/gpt2-cls");
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      InputException refused =
          assertThrows(InputException.class, () -> GoldenModel.load(classifier, LATENT, device));
      assertTrue(refused.getMessage().contains("--latent-cache"), refused.getMessage());
    }
  }
}
