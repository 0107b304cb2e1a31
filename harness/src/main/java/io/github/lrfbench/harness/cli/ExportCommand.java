package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.onnx.OnnxExport;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code export}: writes a model for other runtimes. */
@Command(
    name = "export",
    description = "Writes a model, compressed or not, as an ONNX file.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Matrices stay in the forms that they are stored in: factors, chains, sums, Kronecker products, tensors, and codes,",
      "which take a byte each. The inputs are those of transformers: input_ids, attention_mask (0 where a text is filled up on",
      "the right) and, where the model has several types, token_type_ids, all int64 of [batch, sequence]. The output",
      "logits is [batch, labels], of a language model [batch, sequence, vocabulary]; of a sentence encoder it is",
      "sentence_embedding. Standard operators only (opset 20), numbers in fp32.",
      "",
      "Example: lrfbench export --model ./bert-sst2-half --out bert-sst2-half.onnx"
    })
final class ExportCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M",
      description = "A model directory, hf:owner/name[@revision], demo:bert or demo:gpt2.")
  private String model;

  @OptionTopic.Of(OptionTopic.SUBJECT)
  @Option(
      names = "--task",
      paramLabel = "T",
      defaultValue = "demo-sst2",
      description = "With a demo model which one of it. Default: ${DEFAULT-VALUE}.")
  private String task;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The file, such as model.onnx.")
  private Path out;

  @Option(names = "--overwrite", description = "Replace a file that is there.")
  private boolean overwrite;

  @Override
  public Integer call() {
    if (Files.exists(out) && !overwrite) {
      throw new InputException(out + " is there already; give --overwrite to replace it");
    }
    Path directory = HubModels.source(model).directory(task);
    try (Device device = Devices.open("cpu", new DeviceOptions(0), line -> {});
        LoadedModel loaded = LoadedModel.open(directory, Gpt2Options.DEFAULT, device)) {
      loaded.notes().forEach(System.err::println);
      OnnxExport.write(loaded.model(), out);
      spec.commandLine()
          .getOut()
          .printf(Locale.ROOT, "written to %s, %,d bytes%n", out, Files.size(out));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ExitCode.DONE;
  }
}
