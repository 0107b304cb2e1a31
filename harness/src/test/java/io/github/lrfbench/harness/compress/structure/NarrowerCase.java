package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** Tiny models of every architecture, whose blocks a test makes smaller. */
abstract class NarrowerCase {
  static final String BLOCK = "joint-attention+vo-heads+ffn-nystrom";
  static final Gpt2Options SPLIT = new Gpt2Options(true, false);

  @TempDir Path folder;

  String deviceId() {
    return "cpu";
  }

  TaskCase open(String model) throws IOException {
    Path directory = folder.resolve("model");
    return switch (model) {
      case "gpt2" -> new TaskCase(deviceId(), folder, TinyCheckpoint.gpt2(directory, 2), SPLIT);
      case "roberta" -> {
        TinyCheckpoint.roberta(directory, 2);
        Files.writeString(
            directory.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}");
        yield new TaskCase(deviceId(), folder, directory);
      }
      case "distilbert" ->
          new TaskCase(deviceId(), folder, TinyCheckpoint.distilbert(directory, 2));
      default -> new TaskCase(deviceId(), folder, TinyCheckpoint.bert(directory, 2));
    };
  }

  static float[] logits(Model model, List<TokenSequence> sequences) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model.forward(ops, TokenBatch.of(scope, sequences)).toFloats();
    }
  }

  static float[] logits(TaskCase task, Compression made) {
    try (Model model = task.model().with(made.replacements())) {
      return logits(model, task.examples().sequences().subList(0, 7));
    }
  }

  static Compression some(TaskCase task, String method, double keep, String... globs) {
    return MethodChain.parse(method)
        .compress(
            task.request(method, new Budget.Keep(keep), Allocation.UNIFORM)
                .with(
                    SlotSelection.select(task.slots(), List.of(globs)),
                    new Budget.Keep(keep),
                    Allocation.UNIFORM,
                    task.request(method, new Budget.Keep(keep), Allocation.UNIFORM).options()));
  }

  static LayerReport report(Compression made, String role, TaskCase task) {
    LinearSlot slot =
        task.slots().stream().filter(s -> s.role().equals(role)).findFirst().orElseThrow();
    return made.layers().stream()
        .filter(layer -> layer.layer().equals(slot.name()))
        .findFirst()
        .orElseThrow();
  }
}
