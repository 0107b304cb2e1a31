package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.evaluate.Score;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.InputException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Commands called by programs: what they find comes back, and what goes wrong is thrown. How far
 * they are goes to the standard error stream, as of the command line.
 */
public final class Calls {
  private Calls() {}

  /**
   * Runs a sweep.
   *
   * @param options of {@code sweep}
   * @return the rows of all cells, those of earlier calls into the same directory included
   * @throws InputException if something that the options name is missing or wrong
   */
  public static List<RunRow> sweep(List<String> options) {
    SweepCommand command = new SweepCommand();
    call(command, options);
    return command.rows();
  }

  /**
   * Writes a compressed model.
   *
   * @param options of {@code compress}
   * @throws InputException if something that the options name is missing or wrong
   */
  public static void compress(List<String> options) {
    call(new CompressCommand(), options);
  }

  /**
   * Evaluates a model.
   *
   * @param options of {@code eval}
   * @return empty where the data has no labels
   * @throws InputException if something that the options name is missing or wrong
   */
  public static Optional<Score> evaluate(List<String> options) {
    EvalCommand command = new EvalCommand();
    call(command, options);
    return Optional.ofNullable(command.score());
  }

  private static void call(Callable<Integer> command, List<String> options) {
    Natives.configure();
    try {
      CommandLine line = new CommandLine(command).setOut(new PrintWriter(Writer.nullWriter()));
      line.parseArgs(options.toArray(String[]::new));
      command.call();
    } catch (ParameterException e) {
      throw new InputException(UsageHints.describe(e), e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("commands declare no other exceptions", e);
    }
  }
}
