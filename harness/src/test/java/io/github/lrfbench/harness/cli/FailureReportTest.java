package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class FailureReportTest {
  private static String report(Throwable failure, int code) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    assertEquals(code, new FailureReport(err).report(failure));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** What a {@link ServiceLoader} throws where a jar's file of services names no class. */
  @Test
  void aBrokenPluginIsTheUsers() {
    String told = report(new ServiceConfigurationError("Compressor: Provider Nope not found"), 2);
    assertTrue(told.contains("plug-in") && told.contains("Nope"), told);
    assertEquals(1, told.strip().lines().count());
  }

  @Test
  void whatNobodyExpectsIsTheProgramsOwn() {
    assertTrue(report(new IllegalStateException("x"), 1).contains("internal error"));
  }
}
