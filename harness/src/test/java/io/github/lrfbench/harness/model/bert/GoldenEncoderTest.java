package io.github.lrfbench.harness.model.bert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logits and hidden states of reference models made by Hugging Face transformers. */
class GoldenEncoderTest {
  private static final double TOLERANCE = 1e-4;

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "bert-reg", "roberta-cls"})
  void logitsAndHiddenStatesAreThoseOfTransformers(String name) throws IOException {
    Path folder = TestData.require("golden/" + name);
    JsonNode io = new ObjectMapper().readTree(folder.resolve("io.json").toFile());
    List<TokenSequence> sequences = GoldenInputs.read(folder);
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("io.safetensors"));
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      Model model = golden.model();
      TokenBatch batch = TokenBatch.of(scope, sequences);
      GoldenInputs.assertLogits(io.get("logits"), model.forward(ops, batch), TOLERANCE);
      GoldenInputs.assertLogits(io.get("logits"), model.predict(ops, batch), TOLERANCE);
      List<Tensor> states = model.hiddenStates(ops, batch);
      for (int i = 0; i < states.size(); i++) {
        GoldenInputs.assertUnpaddedClose(
            expected.readFloats("hidden." + i), states.get(i), sequences, TOLERANCE, "hidden." + i);
      }
    }
  }
}
