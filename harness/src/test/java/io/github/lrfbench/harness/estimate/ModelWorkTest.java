package io.github.lrfbench.harness.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.shapes.ShapeDevice;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.ModelOutline;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.sweep.CallShape;
import io.github.lrfbench.harness.sweep.LatencyKind;
import io.github.lrfbench.harness.sweep.TimedPass;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is traced of a model without weights is what the model with them counts. */
class ModelWorkTest {
  private static final int LENGTH = 7;
  private static final int BATCH = 3;

  @TempDir private Path folder;

  private static Model outline(Path place, ShapeDevice device) {
    return ModelOutline.open(place, Gpt2Options.DEFAULT, device, new Notes());
  }

  /** Floating-point operations of the traced products. */
  private static long traced(Model model, LatencyKind kind) {
    ShapeDevice device = (ShapeDevice) model.device();
    CallShape shape = CallShape.of(kind, LENGTH, model.info());
    try (TimedPass pass = shape.pass(model, BATCH)) {
      device.takeWork();
      pass.enqueue();
      long flops = device.takeWork().stream().mapToLong(Work::productFlops).sum();
      assertEquals(BATCH * pass.flops(), flops, model.info().architecture() + " " + kind);
      return flops;
    }
  }

  private static void assertSame(Path checkpoint) {
    try (Device cpu = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel real = LoadedModel.open(checkpoint, cpu);
        ShapeDevice device = new ShapeDevice();
        Model model = outline(checkpoint, device)) {
      assertEquals(real.model().info(), model.info());
      assertEquals(real.model().parameters(), model.parameters());
      assertEquals(real.model().bytes(), model.bytes());
      assertEquals(real.model().flops(LENGTH), model.flops(LENGTH));
      assertEquals(BATCH * real.model().forwardFlops(LENGTH), traced(model, LatencyKind.FORWARD));
    }
  }

  @Test
  void everyArchitectureIsTraced() throws IOException {
    assertSame(TinyCheckpoint.bert(folder.resolve("bert"), 3));
    assertSame(TinyCheckpoint.distilbert(folder.resolve("distilbert"), 1));
    assertSame(TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2));
    assertSame(TinyCheckpoint.gpt2(folder.resolve("lm"), 0));
  }

  @Test
  void cachesAreTraced() throws IOException {
    Path checkpoint = TinyCheckpoint.gpt2(folder.resolve("lm"), 0);
    try (ShapeDevice device = new ShapeDevice();
        Model model = outline(checkpoint, device)) {
      long whole = traced(model, LatencyKind.PREFILL);
      long last = traced(model, LatencyKind.DECODE);
      assertTrue(last > 0 && last < whole / 2, last + " of " + whole);
    }
  }

  static List<String> kinds() {
    return Forms.KINDS;
  }

  /** A directory of any form is known by its tensors' shapes. */
  @ParameterizedTest
  @MethodSource("kinds")
  void everyFormIsTraced(String kind) throws IOException {
    Path source = TinyCheckpoint.bert(folder.resolve("dense"), 2);
    Path target = folder.resolve("formed");
    try (Device cpu = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel dense = LoadedModel.open(source, cpu);
        Scope scope = cpu.openScope();
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Forms forms = new Forms(3, scope);
      Map<String, Linear> made = new HashMap<>();
      dense
          .model()
          .slots()
          .forEach(
              slot ->
                  made.put(
                      slot.name(),
                      forms.of(kind, slot.linear().outputs(), slot.linear().inputs(), true)));
      new CompressedCheckpoint(
              checkpoint, dense.model(), new Compression(made, List.of(), Map.of()))
          .write(target, false, JsonNodeFactory.instance.objectNode());
    }
    assertSame(target);
    try (ShapeDevice device = new ShapeDevice();
        Model whole = outline(target, device);
        Model half = whole.copy(DType.BF16)) {
      assertEquals(whole.slots().size(), half.slots().size());
    }
  }

  @Test
  void aConfigurationAloneIsEnough() throws IOException {
    Path checkpoint = TinyCheckpoint.bert(folder.resolve("bert"), 2);
    Path alone = Files.createDirectory(folder.resolve("alone"));
    ObjectNode json =
        (ObjectNode) new ObjectMapper().readTree(checkpoint.resolve("config.json").toFile());
    json.putArray("architectures").add("BertForMaskedLM");
    Path file = Files.writeString(alone.resolve("config.json"), json.toString());
    try (ShapeDevice device = new ShapeDevice();
        Model whole = outline(checkpoint, device);
        Model ofFolder = outline(alone, device);
        Model ofFile = outline(file, device)) {
      assertEquals(whole.parameters(), ofFolder.parameters());
      assertEquals(whole.parameters(), ofFile.parameters());
      assertEquals(whole.flops(LENGTH), ofFile.flops(LENGTH));
    }
    Files.writeString(file, "{\"model_type\": \"llama\"}");
    try (ShapeDevice device = new ShapeDevice()) {
      assertThrows(InputException.class, () -> outline(file, device));
      assertThrows(InputException.class, () -> outline(folder.resolve("none"), device));
    }
  }

  @Test
  void aTensorOfAnotherShapeIsNamed() throws IOException {
    Path checkpoint = TinyCheckpoint.bert(folder.resolve("bert"), 2);
    Path config = checkpoint.resolve("config.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(config.toFile());
    json.put("vocab_size", json.get("vocab_size").asInt() + 1);
    Files.writeString(config, json.toString());
    try (ShapeDevice device = new ShapeDevice()) {
      InputException e = assertThrows(InputException.class, () -> outline(checkpoint, device));
      assertTrue(e.getMessage().contains("word_embeddings.weight has the shape"), e.getMessage());
    }
  }

  /** Parameters of a block: two norms, four matrices of h x h and two of h x 4 h, with biases. */
  private static long block(long h) {
    return 2 * 2 * h + 4 * (h * h + h) + (4 * h * h + 4 * h) + (4 * h * h + h);
  }

  private static long parameters(String name) {
    try (ShapeDevice device = new ShapeDevice();
        Model model = KnownModel.of(name).orElseThrow().open(Gpt2Options.DEFAULT, device)) {
      return model.parameters();
    }
  }

  @Test
  void knownModelsHaveThePapersParameters() {
    long h = 1024;
    long embeddings = (30_522 + 512 + 2) * h + 2 * h;
    long pooler = h * h + h;
    long body = embeddings + 24 * block(h) + pooler;
    assertEquals(335_141_888, body);
    assertEquals(body + 2 * h + 2, parameters("bert-large"));
    long g = 1600;
    long xl = (50_257 + 1024) * g + 48 * block(g) + 2 * g;
    assertEquals(1_557_611_200, xl);
    assertEquals(xl, parameters("gpt2-xl"));
    // As transformers counts them, without the classifiers.
    assertEquals(109_482_240 + 2 * 768 + 2, parameters("bert-base"));
    assertEquals(124_439_808, parameters("gpt2"));
    assertEquals(354_823_168, parameters("gpt2-medium"));
    assertEquals(774_030_080, parameters("gpt2-large"));
    assertEquals(22_713_986, parameters("minilm-l6"));
    assertEquals(66_955_010, parameters("distilbert"));
    assertEquals(124_647_170, parameters("roberta-base"));
    assertEquals(355_361_794, parameters("roberta-large"));
  }

  @Test
  void namesAreThoseThatUsersAreTold() {
    assertEquals(
        KnownModel.values().length,
        Stream.of(KnownModel.labels().split(", "))
            .filter(n -> KnownModel.of(n).isPresent())
            .count());
  }
}
