package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code export} says; what it writes is the matter of {@code OnnxExportTest}. */
class ExportCommandTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int export(Path model, Path file, String... more) {
    printed.reset();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    String[] options = {"export", "--model", model.toString(), "--out", file.toString()};
    String[] all = new String[options.length + more.length];
    System.arraycopy(options, 0, all, 0, options.length);
    System.arraycopy(more, 0, all, options.length, more.length);
    return Main.run(out, out, all);
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aFileIsWrittenOnceAndReplacedOnlyWhenAsked() throws IOException {
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path file = folder.resolve("model.onnx");
    assertEquals(ExitCode.DONE, export(model, file), printed());
    assertTrue(printed().startsWith("written to " + file + ", "), printed());
    byte[] bytes = Files.readAllBytes(file);
    assertEquals(2, export(model, file));
    assertTrue(printed().contains("is there already; give --overwrite"), printed());
    assertEquals(ExitCode.DONE, export(model, file, "--overwrite"), printed());
    assertEquals(bytes.length, Files.size(file));
  }

  @Test
  void whatCannotBeReadOrWrittenIsOneLine() throws IOException {
    assertEquals(2, export(folder.resolve("none"), folder.resolve("model.onnx")));
    assertEquals(1, printed().lines().count(), printed());
    Path model = TinyCheckpoint.gpt2(folder.resolve("model"), 0);
    assertEquals(2, export(model, folder.resolve("no/folder/model.onnx")));
    assertEquals(1, printed().lines().count(), printed());
  }
}
