package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models that ship with the project, each trained from scratch on synthetic data. */
public enum DemoModel {
  /** A classifier for every task with labels. */
  BERT(
      "demo:bert",
      "the embedded BERT, trained on the synthetic task at hand",
      "bert",
      List.of("vocab.txt", "tokenizer_config.json"),
      Arrays.stream(DemoTask.values()).map(DemoTask::taskName).toList()) {
    @Override
    String variant(String task) {
      if (task.isEmpty()) {
        throw new InputException("demo:bert classifies and writes no text; take demo:gpt2");
      }
      return DemoTask.of(task).taskName();
    }
  },

  /** A classifier for the reviews, and a language model for whatever other task. */
  GPT2(
      "demo:gpt2",
      "the embedded GPT-2, a language model of the synthetic sentences or a classifier of reviews",
      "gpt2",
      List.of("tokenizer.json", "tokenizer_config.json"),
      List.of(DemoCorpus.TASK, DemoTask.SST2.taskName())) {
    @Override
    String variant(String task) {
      return tasks().contains(task) ? task : DemoCorpus.TASK;
    }
  };

  private static final String WEIGHTS = "model.safetensors";

  private final String modelName;
  private final String description;
  private final String folder;
  private final List<String> tokenizerFiles;
  private final List<String> tasks;

  DemoModel(
      String modelName,
      String description,
      String folder,
      List<String> tokenizerFiles,
      List<String> tasks) {
    this.modelName = modelName;
    this.description = description;
    this.folder = folder;
    this.tokenizerFiles = tokenizerFiles;
    this.tasks = tasks;
  }

  /** The model of a name such as {@code demo:bert}; empty if there is none. */
  public static Optional<DemoModel> of(String modelName) {
    return Arrays.stream(values()).filter(model -> model.modelName.equals(modelName)).findFirst();
  }

  /** The name users call it by, such as {@code demo:bert}. */
  public String modelName() {
    return modelName;
  }

  /** One line for users. */
  public String description() {
    return description;
  }

  /** The tasks that it was trained on. */
  public List<String> tasks() {
    return tasks;
  }

  /**
   * Which of the trained models a task gets.
   *
   * @param task empty for one that continues texts
   * @throws InputException if none is for it
   */
  abstract String variant(String task);

  /**
   * The Hugging Face directory of the model for a task, unpacked below {@code cache} where it is
   * not there yet. The directory's name holds a hash of its content. Several processes may unpack
   * at once, and a damaged file is mended.
   *
   * @throws InputException if the model is not for the task, or the cache cannot be written
   */
  public Path unpack(Path cache, String task) {
    String variant = variant(task);
    Map<String, byte[]> files = files(variant);
    String name = folder + "-" + variant + "-" + CacheFiles.hash(files.values());
    Path directory = cache.resolve("demo").resolve(name);
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        CacheFiles.put(directory.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new InputException(
          cache
              + ": cannot be written, so the demo model is not unpacked: "
              + OneLine.reason(e)
              + "; set LRFBENCH_CACHE",
          e);
    }
    return directory;
  }

  /** The files of a directory; the weights come last, so that they mark a whole one. */
  private Map<String, byte[]> files(String variant) {
    String own = folder + "/" + variant + "/";
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("config.json", resource(own + "config.json"));
    tokenizerFiles.forEach(name -> files.put(name, resource(folder + "/" + name)));
    files.put(WEIGHTS, resource(own + WEIGHTS));
    return files;
  }

  private static byte[] resource(String name) {
    try (InputStream in = DemoModel.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the demo file " + name + " is not in the program");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new InputException("the demo file " + name + " cannot be read: " + e.getMessage(), e);
    }
  }
}
