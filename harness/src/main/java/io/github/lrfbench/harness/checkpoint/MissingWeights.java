package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Says what a model directory holds in place of weights that are read, and what to do about it. */
final class MissingWeights {
  /** What to do about weights of a format, by how the names of their files end. */
  private static final Map<String, String> FORMATS = new LinkedHashMap<>();

  private static final String ADAPTER =
      "an adapter; give the model that it was trained on, and the adapter to --adapter or merge-lora";

  static {
    String convert =
        "convert them with transformers 4: AutoModelForSequenceClassification"
            + ".from_pretrained('.', %s=True).save_pretrained('.')";
    FORMATS.put(".h5", "weights of TensorFlow; " + String.format(convert, "from_tf"));
    FORMATS.put(".msgpack", "weights of Flax; " + String.format(convert, "from_flax"));
    FORMATS.put(".ckpt.index", "weights of TensorFlow 1; " + String.format(convert, "from_tf"));
    FORMATS.put(
        ".gguf",
        "weights of llama.cpp; convert them with transformers: AutoModelForCausalLM"
            + ".from_pretrained('.', gguf_file='...').save_pretrained('.')");
    FORMATS.put(".ot", "weights of rust-bert; take the checkpoint that they were converted from");
    FORMATS.put(".onnx", "an exported program; take the checkpoint that it was exported from");
    String rename = "which is not the name of a model's weights; if it holds them, rename it to ";
    FORMATS.put("adapter_model.safetensors", ADAPTER);
    FORMATS.put("adapter_model.bin", ADAPTER);
    FORMATS.put(".safetensors", rename + Checkpoint.WEIGHTS);
    for (String ending : List.of(".bin", ".pt", ".pth", ".ckpt")) {
      FORMATS.put(ending, rename + "pytorch_model.bin");
    }
  }

  /** What a training leaves beside weights. */
  private static final Set<String> OTHERS =
      Set.of("training_args.bin", "optimizer.bin", "optimizer.pt", "scheduler.pt", "scaler.pt");

  private MissingWeights() {}

  static InputException in(Path directory) {
    String nothing = "holds no model.safetensors and no pytorch_model.bin";
    try (Stream<Path> entries = Files.walk(directory, 2)) {
      List<String> names =
          entries
              .map(entry -> directory.relativize(entry).toString())
              .filter(name -> !OTHERS.contains(name))
              .sorted()
              .toList();
      for (Map.Entry<String, String> format : FORMATS.entrySet()) {
        for (String name : names) {
          if (name.endsWith(format.getKey())) {
            return Faults.of(
                directory, nothing + ", but " + Faults.quote(name) + ", " + format.getValue());
          }
        }
      }
    } catch (IOException e) {
      return Faults.of(directory, e);
    }
    return Faults.of(directory, nothing);
  }
}
