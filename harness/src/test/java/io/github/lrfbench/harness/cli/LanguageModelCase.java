package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Commands with a small GPT-2 and a text, and what they print. */
abstract class LanguageModelCase {
  @TempDir Path folder;
  String model;
  String text;
  final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeModelAndText() throws IOException {
    model = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 0).toString();
    Path file = folder.resolve("text.txt");
    Files.writeString(file, "a good film . the plot is not very bad . ".repeat(8).strip());
    text = file.toString();
  }

  int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), System.err, arguments);
    } finally {
      System.setErr(before);
    }
  }
}
