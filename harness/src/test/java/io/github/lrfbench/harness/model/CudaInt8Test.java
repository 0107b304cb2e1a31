package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in int8 say on CUDA what they say on the CPU. */
@Tag("cuda")
class CudaInt8Test {
  private static float[] outputs(String kind, ProductRounding rounding, Path folder)
      throws IOException {
    try (Device device = Devices.open(kind, new DeviceOptions(1, rounding), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        Scope scope = device.openScope()) {
      Forms forms = new Forms(3, scope);
      Map<String, Linear> replacements = new HashMap<>();
      for (LinearSlot slot : golden.model().slots()) {
        String form = replacements.size() % 3 == 0 ? "lowrank" : "llm-int8";
        if (replacements.size() % 2 == 0) {
          Linear linear = slot.linear();
          replacements.put(slot.name(), forms.of(form, linear.outputs(), linear.inputs(), true));
        }
      }
      Tensor[] output = new Tensor[1];
      try (Model model = golden.model().with(replacements);
          Scope own = device.openScope()) {
        TokenBatch batch = TokenBatch.of(own, GoldenInputs.read(folder), model.info());
        float[] eager;
        try (Ops ops = new EagerOps(device)) {
          eager = model.forward(ops, batch).toFloats();
        }
        float[][] replayed = new float[1][];
        try (Ops ops = new EagerOps(device);
            CapturedGraph graph = device.capture(() -> output[0] = model.forward(ops, batch))) {
          graph.replay();
          replayed[0] = output[0].toFloats();
        }
        assertArrayEquals(eager, replayed[0]);
        return eager;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "gpt2-lm"})
  void logitsAreThoseOfTheCpu(String name) throws IOException {
    Path folder = TestData.require("golden/" + name);
    float[] wanted = outputs("cpu", ProductRounding.INT8, folder);
    float[] got = outputs("cuda", ProductRounding.INT8, folder);
    // A number between two codes may become the other one.
    assertArrayEquals(wanted, got, 0.01f);
    assertFalse(Arrays.equals(got, outputs("cuda", ProductRounding.NONE, folder)));
  }
}
