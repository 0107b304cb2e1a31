package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The BERT models that ship with the project, each trained from scratch on one synthetic task. What
 * a user calls {@code demo:bert} is the one of the task at hand.
 */
public final class DemoModels {
  private static final String WEIGHTS = "model.safetensors";

  private DemoModels() {}

  /**
   * The Hugging Face directory of the model of a task, unpacked below {@code cache} where it is not
   * there yet. The directory's name holds a hash of its content. Several processes may unpack at
   * once, and a damaged file is mended.
   *
   * @throws InputException if the cache cannot be written
   */
  public static Path unpack(Path cache, DemoTask task) {
    Map<String, byte[]> files = files(task);
    String name = "bert-" + task.taskName() + "-" + CacheFiles.hash(files.values());
    Path folder = cache.resolve("demo").resolve(name);
    try {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        CacheFiles.put(folder.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new InputException(
          cache
              + ": cannot be written, so the demo model is not unpacked: "
              + OneLine.reason(e)
              + "; set LRFBENCH_CACHE",
          e);
    }
    return folder;
  }

  /** The files of a model's directory; the weights come last, so that they mark a whole one. */
  private static Map<String, byte[]> files(DemoTask task) {
    String own = "bert/" + task.taskName() + "/";
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("config.json", resource(own + "config.json"));
    files.put("vocab.txt", resource("bert/vocab.txt"));
    files.put("tokenizer_config.json", resource("bert/tokenizer_config.json"));
    files.put(WEIGHTS, resource(own + WEIGHTS));
    return files;
  }

  private static byte[] resource(String name) {
    try (InputStream in = DemoModels.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the demo file " + name + " is not in the program");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new InputException("the demo file " + name + " cannot be read: " + e.getMessage(), e);
    }
  }
}
