package io.github.lrfbench.harness.model.bert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reference models on CUDA, in every type, and replayed as a graph. */
@Tag("cuda")
class CudaGoldenTest {
  @ParameterizedTest
  @CsvSource({
    "bert-cls, F32, 1e-4",
    "bert-reg, F32, 1e-4",
    "roberta-cls, F32, 1e-4",
    "bert-cls, F16, 2e-2",
    "bert-cls, BF16, 2e-1",
    "roberta-cls, F16, 2e-2",
    "gpt2-cls, F16, 2e-2",
    "gpt2-cls, BF16, 2e-1"
  })
  void logitsAreThoseOfPyTorch(String name, DType dtype, double tolerance) throws IOException {
    Path folder = TestData.require("golden/" + name);
    try (Device device = Devices.open("cuda", new DeviceOptions(1), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        Model model = golden.model().copy(dtype);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(scope, GoldenInputs.read(folder));
      JsonNode logits =
          new ObjectMapper().readTree(folder.resolve("io.json").toFile()).get("logits");
      GoldenInputs.assertLogits(logits, model.forward(ops, batch), tolerance);
      GoldenInputs.assertLogits(logits, model.predict(ops, batch), tolerance);
      assertEquals(golden.model().bytes() * dtype.bytes() / DType.F32.bytes(), model.bytes());
    }
  }

  @Test
  void aReplayedForwardPassGivesTheSame() throws IOException {
    Path folder = TestData.require("golden/bert-cls");
    try (Device device = Devices.open("cuda", new DeviceOptions(1), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        Scope scope = device.openScope()) {
      TokenBatch batch = TokenBatch.of(scope, GoldenInputs.read(folder));
      Tensor kept = scope.allocate(DType.F32, 3, 3);
      Runnable forward =
          () -> {
            try (Ops ops = new EagerOps(device)) {
              Tensor logits = golden.model().forward(ops, batch);
              device.blas().copy(Matrix.of(logits), Matrix.of(kept));
            }
          };
      forward.run();
      float[] expected = kept.toFloats();
      try (CapturedGraph graph = device.capture(forward)) {
        device.gradients().clear(Matrix.of(kept));
        graph.replay();
        assertArrayEquals(expected, kept.toFloats());
        assertEquals(true, graph.isCaptured());
      }
    }
  }
}
