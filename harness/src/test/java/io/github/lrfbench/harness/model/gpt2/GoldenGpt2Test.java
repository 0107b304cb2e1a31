package io.github.lrfbench.harness.model.gpt2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.model.CausalModel;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logits and hidden states of reference models made by Hugging Face transformers. */
class GoldenGpt2Test {
  private static final double TOLERANCE = 1e-4;

  String device() {
    return "cpu";
  }

  private Device open() {
    return Devices.open(device(), new DeviceOptions(2), line -> {});
  }

  @ParameterizedTest
  @CsvSource({"io, false", "io, true", "nopad_io, false", "nopad_io, true"})
  void logitsAndHiddenStatesOfALanguageModel(String io, boolean split) throws IOException {
    Path folder = TestData.require("golden/gpt2-lm");
    JsonNode json = new ObjectMapper().readTree(folder.resolve(io + ".json").toFile());
    List<TokenSequence> sequences = GoldenInputs.read(json);
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(folder, new Gpt2Options(split, split), device);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve(io + ".safetensors"));
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      CausalModel model = (CausalModel) golden.model();
      TokenBatch batch = TokenBatch.of(scope, sequences);
      float[] logits = expected.readFloats("logits");
      GoldenInputs.assertUnpaddedClose(
          logits, model.logits(ops, model.states(ops, batch)), sequences, TOLERANCE, "logits");
      List<Tensor> states = model.hiddenStates(ops, batch);
      assertEquals(3, states.size());
      for (int i = 0; expected.has("hidden." + i); i++) {
        GoldenInputs.assertUnpaddedClose(
            expected.readFloats("hidden." + i), states.get(i), sequences, TOLERANCE, "hidden." + i);
      }
      assertLast(logits, model.forward(ops, batch).toFloats(), sequences);
    }
  }

  /** The forward pass gives the logits after the last token alone. */
  private static void assertLast(float[] padded, float[] actual, List<TokenSequence> sequences) {
    int width = actual.length / sequences.size();
    int longest = padded.length / actual.length;
    for (int s = 0; s < sequences.size(); s++) {
      int row = s * longest + sequences.get(s).length() - 1;
      for (int j = 0; j < width; j++) {
        assertEquals(padded[row * width + j], actual[s * width + j], TOLERANCE, "sequence " + s);
      }
    }
  }

  @Test
  void logitsAndHiddenStatesOfAClassifier() throws IOException {
    Path folder = TestData.require("golden/gpt2-cls");
    JsonNode io = new ObjectMapper().readTree(folder.resolve("io.json").toFile());
    List<TokenSequence> sequences = GoldenInputs.read(folder);
    try (Device device = open();
        GoldenModel golden = GoldenModel.load(folder, device);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("io.safetensors"));
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      Model model = golden.model();
      TokenBatch batch = TokenBatch.of(scope, sequences);
      GoldenInputs.assertLogits(io.get("logits"), model.forward(ops, batch), TOLERANCE);
      List<Tensor> states = model.hiddenStates(ops, batch);
      for (int i = 0; i < states.size(); i++) {
        GoldenInputs.assertUnpaddedClose(
            expected.readFloats("hidden." + i), states.get(i), sequences, TOLERANCE, "hidden." + i);
      }
      for (int s = 0; s < sequences.size(); s++) {
        TokenBatch alone = TokenBatch.of(scope, List.of(sequences.get(s)));
        GoldenInputs.assertLogits(
            new ObjectMapper().createArrayNode().add(io.get("logits").get(s)),
            model.forward(ops, alone),
            TOLERANCE);
      }
    }
  }
}
