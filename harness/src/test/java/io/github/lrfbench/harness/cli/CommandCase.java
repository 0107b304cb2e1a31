package io.github.lrfbench.harness.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Tests that call commands and look at what they print. */
abstract class CommandCase {
  /** What the last command printed as its result. */
  String stdout;

  /** What it told beside that. */
  String stderr;

  /** Calls a command; its exit code. */
  final int run(String... arguments) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(messages, true, StandardCharsets.UTF_8);
    PrintStream before = System.err;
    System.setErr(err);
    try {
      return Main.run(new PrintStream(data, true, StandardCharsets.UTF_8), err, arguments);
    } finally {
      System.setErr(before);
      stdout = data.toString(StandardCharsets.UTF_8);
      stderr = messages.toString(StandardCharsets.UTF_8);
    }
  }
}
