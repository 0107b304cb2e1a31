package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.SvdRequest;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A reference model with every matrix of its blocks cut by truncated SVD, as PyTorch computes it.
 */
class GoldenLowRankTest {
  private static final double LOGIT_TOLERANCE = 1e-4;
  private static final double ERROR_TOLERANCE = 1e-5;

  @ParameterizedTest
  @CsvSource({
    "bert-cls, EXACT, 4",
    "bert-cls, EXACT, 8",
    "bert-cls, EXACT, 16",
    "bert-cls, GRAM, 4",
    "bert-cls, GRAM, 16",
    "bert-cls, AUTO, 8",
    "gpt2-cls, EXACT, 4",
    "gpt2-cls, AUTO, 16",
    "gpt2-lm, EXACT, 8",
    "gpt2-lm, GRAM, 16"
  })
  void logitsParametersAndErrorsAreThoseOfPyTorch(String name, SvdAlgorithm algorithm, int rank)
      throws IOException {
    Path folder = TestData.require("golden/" + name);
    JsonNode all = new ObjectMapper().readTree(folder.resolve("lowrank.json").toFile());
    JsonNode expected = all.get("ranks").get(Integer.toString(rank));
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        GoldenModel golden = GoldenModel.load(folder, device);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      Model dense = golden.model();
      assertEquals(all.get("dense_params").asLong(), dense.parameters());
      Map<String, Linear> replacements = new HashMap<>();
      List<SvdFactors> factors =
          new TruncatedSvd(device, SvdOptions.of(algorithm))
              .factor(
                  scope,
                  dense.slots().stream()
                      .map(slot -> new SvdRequest(SlotMatrix.of(slot, scope), rank))
                      .toList(),
                  SvdProgress.NONE);
      for (int i = 0; i < factors.size(); i++) {
        LinearSlot slot = dense.slots().get(i);
        LowRankFactors split = factors.get(i).split(scope, SigmaSplit.BOTH);
        replacements.put(slot.name(), new LowRankLinear(split, slot.linear().bias()));
        double wanted = expected.get("rel_fro_error").get(slot.name()).asDouble();
        assertEquals(
            wanted,
            factors.get(i).error() / factors.get(i).spectrum().norm(),
            ERROR_TOLERANCE,
            slot.name());
      }
      try (Model lowRank = dense.with(replacements)) {
        assertEquals(expected.get("params").asLong(), lowRank.parameters());
        TokenBatch batch = TokenBatch.of(scope, GoldenInputs.read(folder));
        if (lowRank instanceof CausalModel causal) {
          GoldenInputs.assertUnpaddedLogits(
              expected.get("logits"),
              causal.logits(ops, causal.states(ops, batch)),
              GoldenInputs.read(folder),
              LOGIT_TOLERANCE);
        } else {
          GoldenInputs.assertLogits(
              expected.get("logits"), lowRank.forward(ops, batch), LOGIT_TOLERANCE);
        }
      }
    }
  }
}
