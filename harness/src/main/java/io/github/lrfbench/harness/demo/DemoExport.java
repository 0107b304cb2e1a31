package io.github.lrfbench.harness.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes what training the demo models takes: the synthetic tasks as files in GLUE layout, and the
 * vocabulary built from them.
 */
public final class DemoExport {
  private DemoExport() {}

  /**
   * Writes into the directory that is the only argument: a folder per task with {@code dev.tsv} and
   * {@code train.tsv}, and {@code vocab.txt}.
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: DemoExport DIRECTORY");
      System.exit(2);
    }
    write(Path.of(arguments[0]));
  }

  /** Writes the files below {@code root}, over those that are there. */
  public static void write(Path root) throws IOException {
    for (DemoTask task : DemoTask.values()) {
      DemoData data = DemoData.of(task);
      Path folder = Files.createDirectories(root.resolve(task.folder()));
      Files.writeString(folder.resolve("dev.tsv"), data.devFile());
      Files.writeString(folder.resolve("train.tsv"), data.trainFile());
    }
    Files.writeString(root.resolve("vocab.txt"), DemoVocabulary.text(DemoVocabulary.build()));
  }
}
