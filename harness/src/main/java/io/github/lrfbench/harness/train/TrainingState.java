package io.github.lrfbench.harness.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Saves all that training needs to go on after the process was killed: the weights, those of the
 * epoch to keep where that is not the last, the optimizer's running means and where it stands.
 *
 * <p>A state is a file of tensors named for its step, and a small file that names the latest, which
 * is replaced atomically; a kill at any moment leaves one that is whole.
 */
final class TrainingState {
  private static final String LATEST = "latest.json";

  private final Path directory;
  private final String fingerprint;

  /**
   * A place for states.
   *
   * @param fingerprint of everything that decides what training does; a state of another is refused
   */
  TrainingState(Path directory, String fingerprint) {
    this.directory = directory;
    this.fingerprint = fingerprint;
  }

  /** Makes the place, which also marks the directory above it as one of a training. */
  void prepare() {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw Faults.cannotWrite(directory, e);
    }
  }

  /** Saves; the earlier state goes when this one is complete. */
  void save(TrainingProgress progress, List<Tensor> tensors) {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (int i = 0; i < tensors.size(); i++) {
      writer.add("t" + i, tensors.get(i));
    }
    String name = "step-" + progress.step() + ".safetensors";
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("fingerprint", fingerprint).put("tensors", name).put("step", progress.step());
    json.put("epoch_loss", progress.epochLoss()).put("kept_epoch", progress.keptEpoch());
    json.put("loss_scale", progress.lossScale()).put("loss_scale_steps", progress.lossScaleSteps());
    json.put("seconds", progress.seconds());
    putKnown(json, "metric", progress.metric());
    putKnown(json, "held_out_loss", progress.heldOutLoss());
    try {
      writer.write(directory.resolve(name));
      Path draft = directory.resolve(LATEST + ".tmp");
      Files.writeString(draft, json.toString(), StandardCharsets.UTF_8);
      Files.move(draft, directory.resolve(LATEST), StandardCopyOption.ATOMIC_MOVE);
      deleteAllBut(name);
    } catch (IOException e) {
      throw Faults.cannotWrite(directory, e);
    }
  }

  private static void putKnown(ObjectNode json, String name, double value) {
    if (!Double.isNaN(value)) {
      json.put(name, value);
    }
  }

  private void deleteAllBut(String name) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String found = file.getFileName().toString();
        if (!found.equals(name) && !found.equals(LATEST)) {
          Files.delete(file);
        }
      }
    }
  }

  /**
   * Reads the latest state.
   *
   * @param tensors overwritten
   * @return null if there is none
   * @throws InputException if it is of another training
   */
  TrainingProgress load(List<Tensor> tensors) {
    Path latest = directory.resolve(LATEST);
    if (!Files.exists(latest)) {
      return null;
    }
    ObjectNode json = JsonFile.read(latest);
    requireOwn();
    Path file = directory.resolve(json.path("tensors").asText());
    try (SafetensorsFile saved = SafetensorsFile.open(file)) {
      for (int i = 0; i < tensors.size(); i++) {
        saved.read("t" + i, tensors.get(i));
      }
    }
    return new TrainingProgress(
        json.path("step").asLong(),
        json.path("epoch_loss").asDouble(),
        json.path("metric").asDouble(Double.NaN),
        json.path("kept_epoch").asInt(),
        json.path("held_out_loss").asDouble(Double.NaN),
        json.path("loss_scale").asDouble(1),
        json.path("loss_scale_steps").asInt(),
        json.path("seconds").asDouble());
  }

  /**
   * Checks that the latest state, if there is one, can be gone on with.
   *
   * @throws InputException if it is of another training
   */
  void requireOwn() {
    Path latest = directory.resolve(LATEST);
    if (Files.exists(latest)
        && !JsonFile.read(latest).path("fingerprint").asText().equals(fingerprint)) {
      throw new InputException(
          directory
              + " holds the state of a training with other settings; give another --out, or"
              + " --restart to begin anew");
    }
  }

  /** Steps done in the latest state; 0 if there is none. */
  long savedSteps() {
    Path latest = directory.resolve(LATEST);
    return Files.exists(latest) ? JsonFile.read(latest).path("step").asLong() : 0;
  }

  /** Removes all states. */
  void delete() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try {
      // First, so that no kill leaves it without what it names.
      Files.deleteIfExists(directory.resolve(LATEST));
      deleteAllBut("");
      Files.delete(directory);
    } catch (IOException e) {
      throw Faults.cannotWrite(directory, e);
    }
  }
}
