package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.hub.HubException;
import io.github.lrfbench.harness.measure.OutOfMemory;
import io.github.lrfbench.harness.result.OutputException;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.util.ServiceConfigurationError;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Tells the user of a failure in one line and picks the exit code. */
final class FailureReport {
  private static final String DEBUG = "LRFBENCH_DEBUG";

  private final PrintStream err;

  FailureReport(PrintStream err) {
    this.err = err;
  }

  /** Prints the line (and the stack trace, where the user asked for it). */
  int report(Throwable failure) {
    err.println("lrfbench: " + OneLine.of(describe(failure).strip()).replaceAll("\\s+", " "));
    if (wantsTrace()) {
      failure.printStackTrace(err);
    }
    boolean users =
        failure instanceof InputException
            || failure instanceof ParameterException
            || failure instanceof InvalidPathException
            || failure instanceof ServiceConfigurationError;
    return users ? ExitCode.WRONG_INPUT : ExitCode.FAILED;
  }

  private static String describe(Throwable failure) {
    if (failure instanceof ParameterException usage) {
      return UsageHints.describe(usage) + help(usage.getCommandLine());
    }
    if (failure instanceof InputException
        || failure instanceof HubException
        || failure instanceof OutputException) {
      return failure.getMessage();
    }
    if (failure instanceof InvalidPathException path) {
      return describe(path);
    }
    if (failure instanceof ServiceConfigurationError) {
      return "a plug-in on the class path cannot be loaded: " + failure.getMessage();
    }
    if (OutOfMemory.isCauseOf(failure)) {
      return OutOfMemory.describe(failure);
    }
    return "internal error: "
        + failure
        + (wantsTrace() ? "" : " (set " + DEBUG + "=1 for the stack trace)");
  }

  /** Names of files are of the locale's characters alone. */
  private static String describe(InvalidPathException path) {
    return OneLine.quote(path.getInput())
        + " can name no file here ("
        + path.getReason()
        + "); the locale's encoding is "
        + System.getProperty("sun.jnu.encoding")
        + (path.getReason().contains("unmappable") ? ", LC_ALL=C.UTF-8 may help" : "");
  }

  private static String help(CommandLine command) {
    return " (see " + command.getCommandSpec().qualifiedName() + " --help)";
  }

  private static boolean wantsTrace() {
    String value = System.getenv(DEBUG);
    return value != null && !value.isEmpty() && !value.equals("0");
  }
}
