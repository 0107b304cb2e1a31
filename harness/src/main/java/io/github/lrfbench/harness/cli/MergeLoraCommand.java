package io.github.lrfbench.harness.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.lora.AdapterDirectory;
import io.github.lrfbench.harness.lora.LoraAdapter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.OutputNames;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.harness.source.TrainingStart;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.kernels.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code merge-lora}: a model of a model and an adapter. */
@Command(
    name = "merge-lora",
    description = "Adds a LoRA adapter to a model's matrices and writes the model.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: lrfbench merge-lora --model ./bert --adapter ./bert-rte-lora --task rte --out ./bert-rte"
    })
final class MergeLoraCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "The model directory that the adapter was trained on.")
  private String model;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR",
      description = "A PEFT directory of a LoRA adapter.")
  private Path adapter;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      required = true,
      paramLabel = "T",
      description = "The task that it was trained on.")
  private String task;

  @Mixin private ModelTarget target;

  @Mixin private DeviceSelection selection;

  @Override
  public Integer call() {
    Path directory = HubModels.source(model).directory(task);
    target.require(List.of(directory, adapter));
    try (Device device = selection.openInFull("merge-lora")) {
      if (LoadedModel.isOfSentenceTransformers(directory)
          && !AdapterDirectory.bringsHead(adapter)) {
        try (LoadedModel base = LoadedModel.open(directory, device);
            Checkpoint checkpoint = Checkpoint.open(base.transformer())) {
          base.notes().forEach(System.err::println);
          merge(
              base.model(),
              List.of(),
              base.revision(),
              (merged, block) ->
                  new TrainedCheckpoint(
                      merged, checkpoint.config(), block, base.transformer(), directory));
        }
      } else {
        try (TaskModel base = Tasks.get(task).open(directory, TrainingStart.stored(0), device)) {
          base.notes().forEach(System.err::println);
          List<String> outputs = AdapterDirectory.outputNames(adapter);
          if (!outputs.isEmpty()) {
            OutputNames.write(base.config(), outputs);
          }
          merge(
              base.model(),
              base.drawn(),
              base.revision(),
              (merged, block) ->
                  new TrainedCheckpoint(merged, base.config(), block, base.transformer(), null));
        }
      }
    }
    spec.commandLine().getOut().println("written to " + target.out);
    return ExitCode.DONE;
  }

  private void merge(
      Model base,
      List<String> drawn,
      String revision,
      BiFunction<Model, ObjectNode, TrainedCheckpoint> output) {
    Notes notes = new Notes();
    try (LoraAdapter read = LoraAdapter.read(adapter, base, drawn, notes);
        Model merged = read.merge()) {
      notes.lines().forEach(System.err::println);
      ObjectNode block = JsonNodeFactory.instance.objectNode();
      block.put("source", model).put("source_revision", revision);
      block.put("adapter", adapter.toString()).put("task", task);
      output.apply(merged, block).write(target.out);
    }
  }
}
