package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void helpAndVersionGoToStdout() {
    assertEquals(0, run(() -> 0, "--help"));
    assertTrue(out().contains("Usage: lrfbench"), out());
    assertTrue(out().contains("work "), out());
    assertEquals(0, run(() -> 0, "--version"));
    assertTrue(out().contains("LRF-Bench "), out());
    assertTrue(out().contains("Java " + Runtime.version()), out());
    assertEquals("", err());
  }

  @Test
  void theCommandsExitCodeIsTheProcesss() {
    assertEquals(ExitCode.FAILED, run(() -> ExitCode.FAILED, "work"));
    assertEquals("", err());
  }

  @Test
  void wrongUsageIsOneLineWithANearName() {
    assertFailure(2, "unknown command 'wrok'; did you mean 'work'? (see lrfbench --help)", "wrok");
    assertFailure(2, "unknown command 'zzzzzz' (see lrfbench --help)", "zzzzzz");
    assertFailure(
        2,
        "unknown option '--kep'; did you mean '--keep'? (see lrfbench work --help)",
        "work",
        "--kep=0.5");
    assertFailure(2, "unknown argument 'more' (see lrfbench work --help)", "work", "more");
    assertFailure(
        2,
        "Invalid value for option '--keep': 'half' is not a double (see lrfbench work --help)",
        "work",
        "--keep",
        "half");
    assertFailure(2, "which command? One of work (see lrfbench --help)");
  }

  @Test
  void badInputIsOneLineWithoutAStackTrace() {
    assertEquals(
        2,
        run(
            () -> {
              throw new InputException("model.safetensors: is empty");
            },
            "work"));
    assertEquals("lrfbench: model.safetensors: is empty\n", err());
  }

  @Test
  void whatNobodyForesawIsOneLineToo() {
    assertEquals(
        1,
        run(
            () -> {
              throw new IllegalStateException("broken\n  in two");
            },
            "work"));
    assertTrue(
        err()
            .startsWith("lrfbench: internal error: java.lang.IllegalStateException: broken in two"),
        err());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void namesThatNoFileCanHaveAreWrongInput() {
    assertEquals(2, run(() -> Path.of("a\0b").getNameCount(), "work"));
    assertTrue(err().startsWith("lrfbench: 'a b' can name no file here ("), err());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void aCacheThatTheLocaleCannotNameIsWrongInput() throws Exception {
    assumeTrue(System.getProperty("os.name").equals("Linux"));
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "LC_ALL=C LRFBENCH_CACHE=$(printf '/tmp/k\\303\\244') exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "list",
                "devices")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, process.waitFor(), output);
    assertTrue(output.endsWith("is ANSI_X3.4-1968, LC_ALL=C.UTF-8 may help\n"), output);
    assertEquals(1, output.lines().count(), output);
  }

  @Test
  void whatUsersAndFilesNameGivesNoOrdersToTheTerminal() {
    assertFailure(
        2,
        "Invalid value for option '--keep': ' [31m half ' is not a double (see lrfbench work --help)",
        "work",
        "--keep",
        "\u001b[31m\u202ehalf\u009b");
    err.reset();
    run(
        () -> {
          throw new InputException("config.json: 'a\u001b]0;b\u0007\u2066'");
        },
        "work");
    assertEquals("lrfbench: config.json: 'a ]0;b '\n", err());
  }

  @Test
  void onlyDataReachStdoutAsTheyAre() {
    PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<Object> commands = List.of(new Says(), new Emits());
    Main.run(commands, stdout, new PrintStream(err), "says");
    Main.run(commands, stdout, new PrintStream(err), "emits");
    assertEquals("a  b\na\u001b\u202eb\n", out());
  }

  @Test
  void runningOutOfMemorySaysWhatToSet() {
    assertEquals(
        1,
        run(
            () -> {
              throw new OutOfMemoryError("Java heap space");
            },
            "work"));
    assertTrue(err().startsWith("lrfbench: out of memory (Java heap space); "), err());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void aReaderThatWentAwayIsNoError() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    int exitCode = Main.run(new PrintStream(closed, true), new PrintStream(err, true), "--help");
    assertEquals(0, exitCode);
    assertEquals("", err());
  }

  @Test
  void listPrintsNamesAndDescriptions() {
    assertEquals(0, Main.run(new PrintStream(out), new PrintStream(err), "list", "devices"));
    assertTrue(out().lines().anyMatch(line -> line.matches("cpu +\\S.*")), out());
    int exitCode = Main.run(new PrintStream(out), new PrintStream(err), "list", "devises");
    assertEquals(2, exitCode);
    assertTrue(err().contains("did you mean 'devices'?"), err());
  }

  private void assertFailure(int exitCode, String line, String... arguments) {
    err.reset();
    assertEquals(exitCode, run(() -> 0, arguments));
    assertEquals("lrfbench: " + line + "\n", err());
    assertEquals("", out());
  }

  private int run(Callable<Integer> work, String... arguments) {
    return Main.run(
        List.of(new Work(work)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        arguments);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Command(name = "work", mixinStandardHelpOptions = true, description = "Does what a test wants.")
  private static final class Work implements Callable<Integer> {
    private final Callable<Integer> work;

    @Option(names = "--keep")
    private Double keep;

    Work(Callable<Integer> work) {
      this.work = work;
    }

    @Override
    public Integer call() throws Exception {
      return work.call();
    }
  }

  @Command(name = "says")
  private static class Says implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      spec.commandLine().getOut().println("a\u001b\u202eb");
    }
  }

  @Command(name = "emits")
  private static final class Emits extends Says implements PrintsData {}
}
