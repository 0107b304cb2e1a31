package io.github.lrfbench.harness.compress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.MomentsByBlock;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.bert.EncoderLoader;
import io.github.lrfbench.harness.model.gpt2.Gpt2Architecture;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompressionJobTest {
  private static final String BERT =
      """
      {"model_type": "bert", "vocab_size": 50, "hidden_size": 24, "num_hidden_layers": 3,
       "num_attention_heads": 2, "intermediate_size": 40, "max_position_embeddings": 16}""";
  private static final String GPT2 =
      """
      {"model_type": "gpt2", "vocab_size": 50, "n_embd": 24, "n_layer": 3, "n_head": 2,
       "n_positions": 16}""";

  @TempDir private Path folder;

  /** The same, but for the memory: also where some of the matrices that lie together stay dense. */
  @ParameterizedTest
  @CsvSource({
    "bert, svd, ''",
    "bert, svd, query",
    "bert, cur, ''",
    "gpt2, svd, ''",
    "gpt2, svd, head",
  })
  void aModelThatIsGivenUpIsCompressedAlike(String kind, String method, String only)
      throws IOException {
    CompressionJob job = job(method, 0.5, Allocation.UNIFORM);
    assertTrue(job.goesByMatrix());
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {})) {
      double[] whole =
          outputs(
              device,
              kind,
              only,
              (model, slots, scope) -> {
                try (FactorizationCache cache = new FactorizationCache(device)) {
                  return job.run(model, slots, null, cache, scope, words -> {});
                }
              });
      double[] layered =
          outputs(
              device,
              kind,
              only,
              (model, slots, scope) -> {
                long before = device.memory().currentBytes();
                Compression made = job.consume(model, slots, null, words -> {});
                assertEquals(
                    slots.stream().map(LinearSlot::name).toList(),
                    made.layers().stream().map(LayerReport::layer).toList());
                if (only.isEmpty()) {
                  assertTrue(device.memory().currentBytes() < before);
                  assertThrows(
                      IllegalStateException.class,
                      () -> slots.get(0).linear().dense().data().toFloats());
                }
                return made;
              });
      assertArrayEquals(whole, layered);
    }
  }

  /** Of factors there is one copy beside the matrices that are left, and none for the file. */
  @ParameterizedTest
  @CsvSource({"bert, 0.5", "gpt2, 0.5", "gpt2, 0.9"})
  void takesLittleMoreThanTheModel(String kind, double keep) throws IOException {
    ObjectNode config = (ObjectNode) new ObjectMapper().readTree(kind.equals("bert") ? BERT : GPT2);
    config.put(kind.equals("bert") ? "num_hidden_layers" : "n_layer", 24);
    ObjectNode nothing = new ObjectMapper().createObjectNode();
    Path source = folder.resolve("model");
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      try (Model model = load(device, config, false)) {
        new TrainedCheckpoint(model, config, nothing, folder, null).write(source);
      }
      try (Checkpoint checkpoint = Checkpoint.open(source);
          Model dense = load(device, config, false)) {
        double bytes = device.memory().currentBytes();
        device.resetPeakMemory();
        Compression made =
            job("svd", keep, Allocation.UNIFORM).consume(dense, dense.slots(), null, words -> {});
        try (Model model = made.model(dense)) {
          assertTrue(device.memory().peakBytes() < 1.3 * bytes, device.memory() + " of " + bytes);
          long before = device.memory().currentBytes();
          device.resetPeakMemory();
          Path target = folder.resolve("compressed");
          new CompressedCheckpoint(checkpoint, dense, made.in(model)).write(target, false, nothing);
          long largest =
              model.weights().stream().mapToLong(weight -> weight.shape().size()).max().orElse(0);
          long more = device.memory().peakBytes() - before;
          assertTrue(more < 3 * Float.BYTES * largest, more + " bytes to write");
        }
      }
    }
  }

  /** Statistics of one block at a time lead to the same factors as those of all. */
  @ParameterizedTest
  @CsvSource({
    "bert, drone, ''",
    "bert, svdllm, ''",
    "bert, asvd, layer.1",
    "bert, svd:bias=compensate, ''",
    "bert, fwsvd, ''",
    "gpt2, drone, ''",
    "gpt2, fwsvd, ''",
    "gpt2, svdllm:whitening=eigen, ''",
  })
  void momentsOfOneBlockAtATimeAreEnough(String kind, String method, String only)
      throws IOException {
    CompressionJob job = job(method, 0.5, Allocation.UNIFORM);
    Path checkpoint =
        kind.equals("bert")
            ? TinyCheckpoint.bert(folder.resolve("model"), 2)
            : TinyCheckpoint.gpt2(folder.resolve("model"), 2);
    try (TaskCase task = new TaskCase("cpu", folder, checkpoint);
        TaskCase given = new TaskCase("cpu", folder, checkpoint)) {
      List<LinearSlot> slots = named(task.model(), only);
      assertTrue(job.goesByStatistics(task.model(), slots));
      Compression layered =
          job.consume(given.model(), named(given.model(), only), given.calibrator(), words -> {});
      try (Stream<Path> written = Files.walk(folder)) {
        assertTrue(
            written.noneMatch(file -> file.getFileName().toString().startsWith("inputs-")),
            "moments of all blocks at once");
      }
      try (FactorizationCache cache = new FactorizationCache(task.model().device());
          Model expected =
              job.run(task.model(), slots, task.calibrator(), cache, task.scope(), words -> {})
                  .model(task.model());
          Model model = layered.model(given.model())) {
        assertArrayEquals(task.logits(expected), given.logits(model), 1e-5f);
        assertEquals(expected.parameters(), model.parameters());
        assertTrue(model.parameters() < task.model().parameters());
        assertTrue(
            layered.layers().stream().allMatch(layer -> Double.isFinite(layer.outputError())));
      }
    }
  }

  private static List<LinearSlot> named(Model model, String part) {
    return model.slots().stream().filter(slot -> slot.name().contains(part)).toList();
  }

  @Test
  void whatReadsMoreNeedsTheWholeModel() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      for (String method :
          List.of(
              "drone:tolerance=1.1",
              "drone:attention=joint",
              "drone:tokens=reached",
              "drone:statistics=sequential",
              "svdllm:update=ls",
              "svdllm:update=lora",
              "aasvd",
              "zssvd",
              "kfac",
              "drone+int8")) {
        CompressionJob job = job(method, 0.5, Allocation.UNIFORM);
        assertFalse(job.goesByStatistics(task.model(), task.slots()), method);
      }
      Allocation shared = Allocation.parse("energy", 1);
      assertFalse(job("drone", 0.5, shared).goesByStatistics(task.model(), task.slots()));
    }
  }

  @Test
  void bytesOfMomentsCountInputsOnce() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      Set<Tensor> sums = Collections.newSetFromMap(new IdentityHashMap<>());
      ActivationMoments moments = task.calibrator().moments();
      task.slots().forEach(slot -> sums.add(moments.of(slot.name()).gram().data()));
      assertEquals(
          sums.stream().mapToLong(sum -> sum.shape().size() * Double.BYTES).sum(),
          MomentsByBlock.bytesOfAll(task.model(), task.slots()));
    }
  }

  /** What is shared out, learned from data, or done in stages, needs the model as it was. */
  @Test
  void othersNeedTheWholeModel() {
    Allocation shared = Allocation.parse("energy", 1);
    assertFalse(job("svd", 0.5, shared).goesByMatrix());
    assertFalse(job("drone", 0.5, Allocation.UNIFORM).goesByMatrix());
    assertFalse(job("svd:bias=compensate", 0.5, Allocation.UNIFORM).goesByMatrix());
    assertFalse(job("svd+int8", 0.5, Allocation.UNIFORM).goesByMatrix());
    assertFalse(job("embedding-svd", 0.5, Allocation.UNIFORM).goesByMatrix());
    assertFalse(job("tucker", 0.5, Allocation.UNIFORM).goesByMatrix());
  }

  private interface Way {
    Compression compress(Model model, List<LinearSlot> slots, Scope scope);
  }

  private static double[] outputs(Device device, String kind, String only, Way way)
      throws IOException {
    try (Model dense = load(device, kind, only.equals("head"));
        Scope scope = device.openScope()) {
      List<LinearSlot> slots =
          dense.slots().stream().filter(slot -> slot.name().contains(name(only))).toList();
      assertFalse(slots.isEmpty());
      Compression made = way.compress(dense, slots, scope);
      try (Model model = made.model(dense);
          Ops ops = new EagerOps(device)) {
        int[] ids = {3, 7, 1, 49, 20};
        TokenBatch batch =
            TokenBatch.of(scope, List.of(new TokenSequence(ids, new int[ids.length])));
        return model.forward(ops, batch).toDoubles();
      }
    }
  }

  private static String name(String only) {
    return only.equals("head") ? "" : only;
  }

  private static Model load(Device device, String kind, boolean head) throws IOException {
    return load(device, new ObjectMapper().readTree(kind.equals("bert") ? BERT : GPT2), head);
  }

  private static Model load(Device device, JsonNode config, boolean head) {
    if (config.path("model_type").asText().equals("bert")) {
      EncoderConfig encoder = EncoderConfig.parse(config);
      return EncoderLoader.load(encoder, EncoderLoader.randomWeights(encoder, 0), false, device);
    }
    Gpt2Architecture architecture =
        new Gpt2Architecture(Gpt2Config.parse(config), new Gpt2Options(false, head));
    return architecture.load(architecture.randomLanguageModel(1), device);
  }

  private static CompressionJob job(String method, double keep, Allocation allocation) {
    return new CompressionJob(MethodChain.parse(method), new Budget.Keep(keep), allocation, 0);
  }
}
