package io.github.lrfbench.harness.lora;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.checkpoint.Stage;
import io.github.lrfbench.harness.checkpoint.TensorFile;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.WeightWriter;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes adapters as PEFT does: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 * A third file, {@code lrfbench.json}, tells of the training and marks the directory: only such are
 * ever overwritten.
 */
public final class AdapterDirectory {
  static final String CONFIG = "adapter_config.json";
  static final String WEIGHTS = "adapter_model.safetensors";

  /** What PEFT wrote before 0.7. */
  private static final String OLD_WEIGHTS = "adapter_model.bin";

  private static final List<String> CLASSIFIERS =
      List.of("classifier.weight", "classifier.out_proj.weight", "score.weight");
  private static final String MARK = "lrfbench.json";

  /** Under which the mark lists what the outputs of the model with the adapter mean. */
  public static final String OUTPUTS = "outputs";

  private AdapterDirectory() {}

  /** Opens the file of the tensors: the one that PEFT takes where there are two. */
  static TensorFile openWeights(Path directory) {
    Path old = directory.resolve(OLD_WEIGHTS);
    boolean isOld = Files.exists(old) && !Files.exists(directory.resolve(WEIGHTS));
    return TensorFile.open(isOld ? old : directory.resolve(WEIGHTS));
  }

  /**
   * Whether an adapter brings a classifier of its own, whatever its model has.
   *
   * @throws InputException if the directory holds no adapter
   */
  public static boolean bringsHead(Path directory) {
    try (TensorFile file = openWeights(directory)) {
      return CLASSIFIERS.stream().anyMatch(name -> file.has(AdapterTensors.PREFIX + name));
    }
  }

  /**
   * Checks that {@link #write} will find a place: an absent or empty directory, one that it wrote,
   * or one of a training that is not over.
   *
   * @throws InputException if it will not
   */
  public static void requireWritable(Path target) {
    boolean ours =
        Files.exists(target.resolve(MARK))
            || Files.exists(target.resolve(CheckpointWriter.TRAINING_STATE));
    if (!ours) {
      requireNoModel(target);
      CheckpointWriter.requireWritable(target);
    }
  }

  /** Whether a directory holds an adapter that was written to its end. */
  public static boolean holdsAdapter(Path target) {
    return Files.exists(target.resolve(CONFIG));
  }

  private static void requireNoModel(Path target) {
    if (Files.exists(target.resolve("config.json"))) {
      throw Faults.of(target, "holds a model; an adapter needs a directory of its own");
    }
  }

  /**
   * Writes an adapter.
   *
   * @param adapter what the configuration is of
   * @param attached the model with the adapter, whose weights now are written
   * @param block what {@code lrfbench.json} shall hold
   * @throws InputException if the directory is someone else's or cannot be written
   */
  public static void write(Path target, LoraAdapter adapter, Model attached, ObjectNode block) {
    requireWritable(target);
    SafetensorsWriter weights = new SafetensorsWriter();
    for (Parameter parameter : adapter.weights(attached)) {
      WeightWriter.add(weights, key(attached, parameter.name()), parameter);
    }
    try (Stage stage = Stage.open(target)) {
      weights.write(stage.resolve(WEIGHTS));
      writeJson(stage.resolve(CONFIG), adapter.toJson());
      writeJson(stage.resolve(MARK), block);
      // Ours first and an adapter last, so that no kill leaves one that is half of another.
      publish(stage, MARK, target);
      Files.deleteIfExists(target.resolve(CONFIG));
      publish(stage, WEIGHTS, target);
      publish(stage, CONFIG, target);
      stage.done();
    } catch (IOException e) {
      throw Faults.cannotWrite(target, e);
    }
  }

  /**
   * What the outputs of the model with an adapter mean, in their order, if lrfbench trained it;
   * otherwise empty.
   *
   * @throws InputException if the file that should tell it is broken
   */
  public static List<String> outputNames(Path directory) {
    Path mark = directory.resolve(MARK);
    List<String> names = new ArrayList<>();
    if (Files.isRegularFile(mark)) {
      JsonFile.read(mark).path(OUTPUTS).forEach(name -> names.add(name.asText()));
    }
    return List.copyOf(names);
  }

  private static void publish(Stage stage, String name, Path target) throws IOException {
    Files.move(stage.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  /** PEFT's name of a tensor. */
  private static String key(Model model, String tensor) {
    for (String end : List.of(".lora_A.weight", ".lora_B.weight", ".weight", ".bias")) {
      if (tensor.endsWith(end)) {
        String module = tensor.substring(0, tensor.length() - end.length());
        return AdapterTensors.PREFIX + ModuleNames.full(model, module) + end;
      }
    }
    throw new IllegalArgumentException(tensor);
  }

  private static void writeJson(Path file, ObjectNode json) throws IOException {
    String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    Files.writeString(file, text + "\n");
  }
}
