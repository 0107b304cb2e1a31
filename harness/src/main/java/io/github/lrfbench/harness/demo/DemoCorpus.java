package io.github.lrfbench.harness.demo;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The sentences of all synthetic tasks as one text for language models: an example a line, of the
 * tasks in turn. Sentences that are not acceptable are left out, labels too.
 */
public final class DemoCorpus {
  /** What users call the task to predict it. */
  public static final String TASK = "demo-lm";

  /** The text that models are evaluated on, in the directory of {@link #unpack}. */
  public static final String TEST_FILE = "test.txt";

  /** The text to learn from, in the directory of {@link #unpack}. */
  public static final String TRAINING_FILE = "train.txt";

  private static final int TEST_EXAMPLES = 250;
  private static final int TRAINING_EXAMPLES = 10_000;

  private DemoCorpus() {}

  /** The text that models are evaluated on: of every task the first evaluation examples. */
  public static String test() {
    return text(TEST_EXAMPLES, DemoData::dev, 0);
  }

  /**
   * A text to learn from.
   *
   * @param examples how many training examples of every task; more start with the fewer
   */
  public static String training(int examples) {
    return text(examples, DemoData::train, examples);
  }

  private static String text(
      int examples, Function<DemoData, List<DemoExample>> split, int trainSize) {
    List<List<DemoExample>> tasks = new ArrayList<>();
    for (DemoTask task : DemoTask.values()) {
      tasks.add(split.apply(DemoData.of(task, DemoData.SEED, DemoData.DEV_SIZE, trainSize)));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < examples; i++) {
      for (DemoTask task : DemoTask.values()) {
        DemoExample example = tasks.get(task.ordinal()).get(i);
        if (task.isWellFormed(example)) {
          text.append(String.join(" ", example.texts()).strip()).append('\n');
        }
      }
    }
    return text.toString();
  }

  /**
   * A directory below {@code cache} with both texts, made where it is not there yet. Its name holds
   * a hash of the text to predict, which follows from the program alone.
   *
   * @throws InputException if the cache cannot be written
   */
  public static Path unpack(Path cache) {
    byte[] test = test().getBytes(StandardCharsets.UTF_8);
    Path folder = cache.resolve("demo").resolve(TASK + "-" + CacheFiles.hash(List.of(test)));
    Path training = folder.resolve(TRAINING_FILE);
    try {
      if (!Files.isRegularFile(training)) {
        CacheFiles.put(training, training(TRAINING_EXAMPLES).getBytes(StandardCharsets.UTF_8));
      }
      CacheFiles.put(folder.resolve(TEST_FILE), test);
    } catch (IOException e) {
      throw new InputException(folder + ": cannot write the demo data: " + e.getMessage(), e);
    }
    return folder;
  }
}
