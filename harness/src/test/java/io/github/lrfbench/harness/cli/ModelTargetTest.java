package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where commands write models, what they tell there, and what they leave as it is. */
class ModelTargetTest {
  @TempDir private Path folder;

  private Path model;
  private String err;

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    String rows = "sentence\tlabel\n" + "a good film .\t1\na bad plot\t0\n".repeat(10);
    Files.writeString(data.resolve("train.tsv"), rows);
    Files.writeString(data.resolve("dev.tsv"), rows);
  }

  private int run(String command, Path source, Path target, String... more) {
    List<String> all = new ArrayList<>(List.of(command, "--model", source.toString()));
    all.addAll(List.of("--task", "sst2", "--device", "cpu", "--out", target.toString()));
    if (!command.equals("merge-lora")) {
      all.addAll(List.of("--glue", folder.resolve("glue").toString()));
    }
    all.addAll(List.of(more));
    return run(all);
  }

  private int run(List<String> arguments) {
    ByteArrayOutputStream told = new ByteArrayOutputStream();
    PrintStream before = System.err;
    try (PrintStream stream = new PrintStream(told, true, StandardCharsets.UTF_8)) {
      System.setErr(stream);
      return Main.run(
          new PrintStream(PrintStream.nullOutputStream()),
          stream,
          arguments.toArray(String[]::new));
    } finally {
      System.setErr(before);
      err = told.toString(StandardCharsets.UTF_8);
    }
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            directory.relativize(file).toString(),
            Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }

  private void assertRefused(int code, Path target, Map<String, String> before, String words)
      throws IOException {
    assertEquals(2, code, err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.contains(words), err);
    assertEquals(before, contents(target));
  }

  @Test
  void aModelIsOverwrittenOnlyWhereThatIsAskedFor() throws IOException {
    Path target = folder.resolve("out");
    assertEquals(0, run("compress", model, target, "--keep", "0.5"), err);
    Map<String, String> before = contents(target);
    String words = "holds a model; give --overwrite";
    assertRefused(run("compress", model, target, "--keep", "0.3"), target, before, words);
    assertRefused(run("finetune", model, target, "--epochs", "1"), target, before, words);
    assertEquals(0, run("compress", model, target, "--keep", "1", "--overwrite"), err);
    assertFalse(contents(target).equals(before));
    // The weights of another form, under another name, went with the model.
    Path dense = folder.resolve("dense");
    assertEquals(0, run("compress", model, dense, "--keep", "0.5", "--dense"), err);
    assertTrue(Files.exists(dense.resolve("model.safetensors")));
    assertEquals(0, run("compress", model, dense, "--keep", "0.5", "--overwrite"), err);
    assertFalse(Files.exists(dense.resolve("model.safetensors")));
    assertTrue(Files.exists(dense.resolve("lrfbench_model.safetensors")));
  }

  @Test
  void aModelThatLrfbenchDidNotWriteStaysEvenSo() throws IOException {
    Path target = TinyCheckpoint.bert(folder.resolve("theirs"), 2);
    Map<String, String> before = contents(target);
    int code = run("compress", model, target, "--keep", "0.5", "--overwrite");
    assertRefused(code, target, before, "holds no model that lrfbench wrote");
  }

  @Test
  void whatIsReadIsNeverOverwritten() throws IOException {
    Path ours = folder.resolve("ours");
    assertEquals(0, run("compress", model, ours, "--keep", "0.5"), err);
    Map<String, String> before = contents(ours);
    Path link = Files.createSymbolicLink(folder.resolve("link"), ours);
    String words = "--out is what is read";
    String[] half = {"--keep", "0.5", "--overwrite"};
    assertRefused(run("compress", ours, ours, half), ours, before, words);
    assertRefused(run("compress", ours, link, half), ours, before, words);
    assertRefused(run("finetune", ours, ours, "--epochs", "1", "--overwrite"), ours, before, words);
  }

  @Test
  void aWriteOrTrainingThatIsNotOverNeedsNoLeave() throws IOException {
    Path target = folder.resolve("out");
    assertEquals(0, run("compress", model, target, "--keep", "0.5"), err);
    Files.writeString(target.resolve("config.json"), "{\"lrfbench\": {\"unfinished\": \"\"}}");
    assertEquals(0, run("compress", model, target, "--keep", "0.5"), err);
    // The state of a training beside the model of its first epoch.
    Files.createDirectories(target.resolve(CheckpointWriter.TRAINING_STATE));
    assertEquals(0, run("finetune", model, target, "--epochs", "1"), err);
    assertEquals(2, run("finetune", model, target, "--epochs", "1"), err);
  }

  @Test
  void theBlockTellsAllThatTheResultDependsOn() throws IOException {
    Path target = folder.resolve("out");
    String method = "drone:tolerance=1.5+bias";
    assertEquals(
        0,
        run(
            "compress",
            model,
            target,
            "--keep",
            "0.5",
            "--method",
            method,
            "--allocate",
            "greedy",
            "--round-to",
            "2",
            "--seed",
            "7",
            "--calibration",
            "12",
            "--layers",
            "*layer.0*"),
        err);
    JsonNode block = JsonFile.read(target.resolve("config.json")).path("lrfbench");
    assertFalse(block.path("version").asText().isEmpty());
    assertEquals(method, block.path("method").asText());
    assertEquals(2, block.path("stages").size());
    JsonNode drone = block.path("stages").get(0);
    assertEquals("drone", drone.path("method").asText());
    assertEquals("1.5", drone.path("options").path("tolerance").asText());
    assertEquals("static", drone.path("options").path("statistics").asText(), "a default");
    assertEquals("bias", block.path("stages").get(1).path("method").asText());
    assertEquals("keep", block.path("budget_kind").asText());
    assertEquals(0.5, block.path("budget").asDouble());
    assertEquals("greedy", block.path("allocate").asText());
    assertEquals(2, block.path("round_to").asInt());
    assertEquals(7, block.path("seed").asInt());
    assertEquals("[\"*layer.0*\"]", block.path("layers").toString());
    JsonNode data = block.path("calibration_data");
    assertEquals("sst2", data.path("task").asText());
    assertEquals(12, data.path("examples").asInt());
    assertEquals(64, data.path("train_hash").asText().length());
    try (Checkpoint source = Checkpoint.open(model)) {
      assertEquals(source.contentHash(), block.path("source_revision").asText());
    }
  }

  @Test
  void aFurtherStepKeepsWhatWasToldOfTheOneBefore() throws IOException {
    Path half = folder.resolve("half");
    assertEquals(0, run("compress", model, half, "--keep", "0.5", "--seed", "3"), err);
    Path trained = folder.resolve("trained");
    assertEquals(0, run("finetune", half, trained, "--epochs", "1"), err);
    JsonNode block = JsonFile.read(trained.resolve("config.json")).path("lrfbench");
    assertEquals("sst2", block.path("task").asText());
    assertEquals("svd", block.path("source_block").path("method").asText());
    assertEquals(3, block.path("source_block").path("seed").asInt());
    assertEquals(
        "lrfbench-bert", JsonFile.read(trained.resolve("config.json")).path("model_type").asText());
  }

  /** As earlier versions wrote it: factors under the names that are transformers'. */
  @Test
  void aFolderOfEarlierVersionsLoads() throws IOException {
    Path half = folder.resolve("half");
    assertEquals(0, run("compress", model, half, "--keep", "0.5"), err);
    Files.move(half.resolve("lrfbench_model.safetensors"), half.resolve("model.safetensors"));
    Path config = half.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("lrfbench-bert", "bert"));
    assertTrue(CheckpointWriter.markOf(half).isPresent());
    Path dense = folder.resolve("dense");
    assertEquals(0, run("compress", half, dense, "--energy", "1", "--dense"), err);
    assertEquals("bert", JsonFile.read(dense.resolve("config.json")).path("model_type").asText());
    assertEquals(0, run("compress", model, half, "--keep", "0.5", "--overwrite"), err);
    assertFalse(Files.exists(half.resolve("model.safetensors")));
  }

  @Test
  void filesHaveTheModesOfTheUsersOther() throws IOException {
    Path usual = Files.writeString(folder.resolve("usual"), "");
    // As in caches of some programs.
    Files.setPosixFilePermissions(
        model.resolve("vocab.txt"), PosixFilePermissions.fromString("rw-------"));
    Path half = folder.resolve("half");
    Path trained = folder.resolve("trained");
    Path adapter = folder.resolve("adapter");
    Path merged = folder.resolve("merged");
    Path swept = folder.resolve("swept");
    assertEquals(0, run("compress", model, half, "--keep", "0.5"), err);
    assertEquals(0, run("finetune", model, trained, "--epochs", "1"), err);
    assertEquals(0, run("finetune", model, adapter, "--epochs", "1", "--lora-r", "2"), err);
    assertEquals(0, run("merge-lora", model, merged, "--adapter", adapter.toString()), err);
    assertEquals(0, run("sweep", model, swept, "--keep", "0.5", "--seq-len", "4"), err);
    int checked = 0;
    for (Path made : List.of(half, trained, adapter, merged, swept)) {
      try (Stream<Path> files = Files.walk(made)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertEquals(
              Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(file), "" + file);
          checked++;
        }
      }
    }
    assertTrue(checked >= 16, "" + checked);
  }

  @Test
  void aDemoModelWithoutATaskSaysWhichItIs() {
    Path target = folder.resolve("demo");
    String[] bert = {"compress", "--model", "demo:bert", "--keep", "0.9", "--device", "cpu"};
    List<String> command = new ArrayList<>(List.of(bert));
    command.addAll(List.of("--out", target.toString()));
    assertEquals(0, run(command), err);
    assertTrue(err.contains("demo:bert is the one that was trained on demo-sst2"), err);
    command.addAll(List.of("--overwrite", "--task", "demo-cola"));
    assertEquals(0, run(command), err);
    assertFalse(err.contains("trained on"), err);
  }

  @Test
  void anAdapterNamesABaseThatPeftCanOpen() throws IOException {
    Path adapter = folder.resolve("adapter");
    List<String> command =
        new ArrayList<>(List.of("finetune", "--model", "demo:bert", "--task", "demo-sst2"));
    command.addAll(List.of("--lora-r", "2", "--epochs", "1", "--train-limit", "8", "--limit", "8"));
    command.addAll(List.of("--device", "cpu", "--out", adapter.toString()));
    assertEquals(0, run(command), err);
    JsonNode config = JsonFile.read(adapter.resolve("adapter_config.json"));
    Path base = Path.of(config.path("base_model_name_or_path").asText());
    assertTrue(Files.isRegularFile(base.resolve("config.json")), base.toString());
    assertTrue(base.isAbsolute(), base.toString());
    assertEquals("owner/name", LoraOptions.base("hf:owner/name", base));
    assertEquals("models/mine", LoraOptions.base("models/mine", Path.of("models/mine")));
    Path half = folder.resolve("half");
    assertEquals(0, run("compress", model, half, "--keep", "0.5"), err);
    Path other = folder.resolve("other");
    assertEquals(0, run("finetune", half, other, "--epochs", "1", "--lora-r", "2"), err);
    assertTrue(err.contains("no base that PEFT can open"), err);
  }
}
