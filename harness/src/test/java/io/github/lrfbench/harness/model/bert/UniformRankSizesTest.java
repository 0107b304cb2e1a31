package io.github.lrfbench.harness.model.bert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.config.Setting;
import io.github.lrfbench.harness.config.SweepFile;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A bert-base of one rank has as many parameters as the published ones have. */
class UniformRankSizesTest {
  /** Parameters of published bert-base models for SST-2, by the rank of their matrices. */
  private static final Map<Integer, Long> PUBLISHED =
      new TreeMap<>(Map.of(32, 29_857_538L, 64, 35_165_954L, 128, 45_782_786L, 144, 48_436_994L));

  /** Weights of the right shapes, all of them 0: nothing is computed. */
  private record Zeros(WeightSource shapes) implements WeightSource {
    @Override
    public boolean has(String name) {
      return shapes.has(name);
    }

    @Override
    public Shape shape(String name) {
      return shapes.shape(name);
    }

    @Override
    public void read(String name, Tensor target) {}
  }

  private static EncoderConfig bertBase() {
    ObjectNode json =
        new ObjectMapper()
            .createObjectNode()
            .put("model_type", "bert")
            .put("vocab_size", 30522)
            .put("hidden_size", 768)
            .put("num_hidden_layers", 12)
            .put("num_attention_heads", 12)
            .put("intermediate_size", 3072)
            .put("max_position_embeddings", 512)
            .put("type_vocab_size", 2);
    json.putObject("id2label").put("0", "negative").put("1", "positive");
    return EncoderConfig.parse(json);
  }

  @Test
  void sizesAreThePublishedOnes() {
    EncoderConfig config = bertBase();
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Model dense =
            EncoderLoader.load(
                config, new Zeros(EncoderLoader.randomWeights(config, 0)), null, device)) {
      assertEquals(72, dense.slots().size());
      assertEquals(109_483_778, dense.parameters());
      for (Map.Entry<Integer, Long> published : PUBLISHED.entrySet()) {
        int rank = published.getKey();
        assertEquals(published.getValue(), 24_549_122 + 165_888L * rank);
        try (Scope scope = device.openScope();
            Model compressed = dense.with(factors(dense, rank, scope))) {
          assertEquals(published.getValue(), compressed.parameters(), "rank " + rank);
        }
      }
    }
  }

  private static Map<String, Linear> factors(Model dense, int rank, Scope scope) {
    Map<String, Linear> factors = new HashMap<>();
    for (LinearSlot slot : dense.slots()) {
      Linear linear = slot.linear();
      LowRankFactors zeros =
          new LowRankFactors(
              Matrix.of(scope.zeros(DType.F32, linear.inputs(), rank)),
              Matrix.of(scope.zeros(DType.F32, rank, linear.outputs())));
      factors.put(slot.name(), new LowRankLinear(zeros, linear.bias()));
    }
    return factors;
  }

  @Test
  void theSweepAsksForTheseRanks() {
    SweepFile file =
        SweepFile.read(TestData.repositoryRoot().resolve("benchmarks/sweeps/bert-sst2-ranks.yaml"));
    List<String> ranks =
        file.settings(0).stream()
            .filter(setting -> setting.key().equals("rank"))
            .map(Setting::values)
            .findFirst()
            .orElseThrow();
    assertEquals(PUBLISHED.keySet().stream().map(String::valueOf).toList(), ranks);
  }
}
