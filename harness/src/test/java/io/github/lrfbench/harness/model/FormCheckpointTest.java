package io.github.lrfbench.harness.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.Architectures;
import io.github.lrfbench.harness.source.CheckpointWeights;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in any forms are written and read again, number by number. */
class FormCheckpointTest {
  @TempDir private Path temporary;

  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private static Gpt2Options options(String name) {
    return name.endsWith("split") ? new Gpt2Options(true, name.startsWith("gpt2-lm")) : null;
  }

  private GoldenModel load(Path folder, String name) {
    Gpt2Options options = options(name);
    return GoldenModel.load(folder, options == null ? Gpt2Options.DEFAULT : options, device);
  }

  private static Path folder(String name) {
    return TestData.require("golden/" + name.split(" ")[0]);
  }

  private float[] logits(Model model, Path folder) throws IOException {
    try (Scope own = device.openScope();
        Ops ops = new EagerOps(device)) {
      return model
          .forward(ops, TokenBatch.of(own, GoldenInputs.read(folder), model.info()))
          .toFloats();
    }
  }

  /** Another form in every slot, and one in the classifier. */
  private Map<String, Linear> forms(Model model, int first) {
    Forms forms = new Forms(first, scope);
    Map<String, Linear> made = new HashMap<>();
    int number = first;
    for (Map.Entry<String, Linear> module : model.linears().entrySet()) {
      Linear linear = module.getValue();
      String kind = Forms.KINDS.get(number++ % Forms.KINDS.size());
      // Two factors in a classifier would have no layer before them.
      if (model.headLayers().containsKey(module.getKey()) && kind.equals("lowrank")) {
        kind = "lplr";
      }
      if (model.tables().get(0).name().equals(module.getKey())) {
        String form = List.of("lowrank", "kronecker", "dense").get(first / 3 % 3);
        made.put(module.getKey(), forms.table(form, linear.outputs(), linear.inputs()));
        continue;
      }
      made.put(
          module.getKey(),
          forms.of(kind, linear.outputs(), linear.inputs(), linear.bias() != null));
    }
    // The attention tells how many heads there are.
    LinearSlot slot = model.slots().get(first % 2);
    boolean whole = slot.role().equals("query_key_value");
    if (whole || List.of("query", "key").contains(slot.role())) {
      int heads = (whole ? 3 : 1) * model.heads();
      made.put(slot.name(), forms.heads(heads, slot.linear().outputs(), slot.linear().inputs()));
    }
    return made;
  }

  private void assertSame(Model expected, Model actual, Path inputs) throws IOException {
    assertArrayEquals(logits(expected, inputs), logits(actual, inputs));
    assertEquals(expected.parameters(), actual.parameters());
    assertEquals(expected.bytes(), actual.bytes());
    assertEquals(
        expected.linears().entrySet().stream()
            .map(module -> module.getKey() + " " + module.getValue().form())
            .toList(),
        actual.linears().entrySet().stream()
            .map(module -> module.getKey() + " " + module.getValue().form())
            .toList());
    assertEquals(
        expected.weights().stream().map(weight -> weight.name() + weight.shape()).toList(),
        actual.weights().stream().map(weight -> weight.name() + weight.shape()).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert-cls",
        "roberta-cls",
        "gpt2-cls",
        "gpt2-cls split",
        "gpt2-lm",
        "gpt2-lm split"
      })
  void everyFormInEverySlotIsWrittenAndRead(String name) throws IOException {
    Path source = folder(name);
    try (GoldenModel golden = load(source, name);
        Checkpoint checkpoint = Checkpoint.open(source)) {
      for (int first = 0; first < Forms.KINDS.size(); first += 3) {
        Map<String, Linear> forms = forms(golden.model(), first);
        Path target = temporary.resolve("forms" + first);
        try (Model model = golden.model().with(forms)) {
          new TrainedCheckpoint(model, checkpoint.config(), block(), source, null).write(target);
          try (GoldenModel read = load(target, name)) {
            assertSame(model, read.model(), source);
          }
          Path again = temporary.resolve("again" + first);
          new CompressedCheckpoint(checkpoint, golden.model(), made(forms))
              .write(again, false, block());
          try (GoldenModel read = load(again, name)) {
            assertSame(model, read.model(), source);
            assertEquals(1, JsonFile.read(again.resolve("config.json")).at("/lrfbench/a").asInt());
            compressMore(again, read.model(), name);
          }
        }
      }
    }
  }

  /** Compressing one matrix of a compressed model leaves the others as they are. */
  private void compressMore(Path source, Model model, String name) throws IOException {
    LinearSlot slot = model.slots().get(model.slots().size() / 2);
    Linear linear = slot.linear();
    Linear other =
        new Forms(7, scope)
            .of("losparse", linear.outputs(), linear.inputs(), linear.bias() != null);
    Path target = temporary.resolve("more-" + source.getFileName());
    try (Checkpoint checkpoint = Checkpoint.open(source);
        Model changed = model.with(Map.of(slot.name(), other))) {
      new CompressedCheckpoint(checkpoint, model, made(Map.of(slot.name(), other)))
          .write(target, false, block());
      try (GoldenModel read = load(target, name)) {
        assertSame(changed, read.model(), folder(name));
      }
    }
  }

  /** Only the classifier is drawn anew where a model with a compressed head gets other labels. */
  @Test
  void theLayerBeforeTheClassifierStaysWhereLabelsAreOthers() throws IOException {
    Path source = folder("bert-cls");
    try (GoldenModel golden = load(source, "bert-cls");
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Map<String, Linear> layers = golden.model().headLayers();
      String classifier = golden.model().classifier();
      String pooler =
          layers.keySet().stream().filter(name -> !name.equals(classifier)).findFirst().get();
      for (String kind : List.of("chain", "lowrank", "codes", "losparse")) {
        Linear before = layers.get(pooler);
        Linear form = new Forms(5, scope).of(kind, before.outputs(), before.inputs(), true);
        Path target = temporary.resolve(kind);
        new CompressedCheckpoint(checkpoint, golden.model(), made(Map.of(pooler, form)))
            .write(target, false, block());
        try (Checkpoint written = Checkpoint.open(target)) {
          ObjectNode json = written.config();
          OutputNames.write(json, OutputNames.numbered(5));
          Architecture architecture =
              Architectures.of(target, json, null, Gpt2Options.DEFAULT, new Notes());
          WeightSource stored = new CheckpointWeights(written);
          WeightSource weights = architecture.withHead(stored, 1);
          assertNotSame(stored, weights);
          try (Model model = architecture.load(weights, device)) {
            assertEquals(5, model.headLayers().get(classifier).outputs());
            assertEquals(form.form(), model.headLayers().get(pooler).form());
          }
        }
      }
    }
  }

  @Test
  void aClassifierWithoutALayerBeforeItMayHaveAnyForm() throws IOException {
    Path source = folder("bert-cls");
    Forms forms = new Forms(5, scope);
    try (GoldenModel golden = load(source, "bert-cls")) {
      String classifier = golden.model().classifier();
      Linear before = golden.model().headLayers().get(classifier);
      Path directory = source;
      for (String kind : List.of("lowrank", "lplr", "codes", "sum")) {
        Linear form = forms.of(kind, before.outputs(), before.inputs(), true);
        Path target = temporary.resolve(kind);
        try (Checkpoint checkpoint = Checkpoint.open(directory);
            GoldenModel present = load(directory, "bert-cls");
            Model model = present.model().with(Map.of(classifier, form))) {
          assertEquals(1, model.headLayers().size());
          new CompressedCheckpoint(checkpoint, present.model(), made(Map.of(classifier, form)))
              .write(target, false, block());
          try (GoldenModel read = load(target, "bert-cls")) {
            assertSame(model, read.model(), source);
          }
        }
        directory = target;
      }
    }
  }

  private static ObjectNode block() {
    return JsonNodeFactory.instance.objectNode().put("a", 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-cls", "gpt2-lm split"})
  void whatIsMultipliedOutIsDense(String name) throws IOException {
    Path source = folder(name);
    Path target = temporary.resolve("dense");
    try (GoldenModel golden = load(source, name);
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Map<String, Linear> forms = forms(golden.model(), 1);
      golden.model().headLayers().keySet().forEach(forms::remove);
      // That inputs are rounded is in no matrix.
      forms.values().removeIf(form -> form.form().equals("llm-int8"));
      new CompressedCheckpoint(checkpoint, golden.model(), made(forms))
          .write(target, true, block());
      try (Model model = golden.model().with(forms);
          GoldenModel read = load(target, name)) {
        assertTrue(
            read.model().slots().stream().allMatch(slot -> slot.linear().form().equals("dense")));
        assertArrayEquals(logits(model, source), logits(read.model(), source), 2e-4f);
      }
    }
  }

  @Test
  void brokenFormsAreRefusedInOneLine() throws IOException {
    Path source = folder("bert-cls");
    Path target = temporary.resolve("broken");
    try (GoldenModel golden = load(source, "bert-cls");
        Checkpoint checkpoint = Checkpoint.open(source)) {
      LinearSlot slot = golden.model().slots().get(4);
      Linear linear = slot.linear();
      for (String kind : List.of("lplr", "sum", "codes")) {
        Linear form = new Forms(5, scope).of(kind, linear.outputs(), linear.inputs(), true);
        new CompressedCheckpoint(checkpoint, golden.model(), made(Map.of(slot.name(), form)))
            .write(target, false, block());
        for (Parameter weight : form.weights(slot.name())) {
          Path file = target.resolve("lrfbench_model.safetensors");
          byte[] whole = Files.readAllBytes(file);
          Files.write(file, renamed(whole, weight.name()));
          InputException refused =
              assertThrows(InputException.class, () -> load(target, "bert-cls").close());
          assertTrue(refused.getMessage().contains(slot.name()), refused.getMessage());
          Files.write(file, whole);
        }
      }
    }
  }

  /** The same file with a tensor under a name of the same length that means nothing. */
  private static byte[] renamed(byte[] file, String name) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    String other = "x".repeat(name.length());
    return text.replace('"' + name + '"', '"' + other + '"').getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Compression made(Map<String, Linear> replacements) {
    return new Compression(replacements, List.of(), Map.of());
  }
}
