package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import picocli.CommandLine.ParameterException;

/** A command line of {@code sweep}, for programs that have its cells run elsewhere. */
public final class SweepLine {
  private final List<String> arguments;
  private final SweepCommand command;

  private SweepLine(List<String> arguments, SweepCommand command) {
    this.arguments = List.copyOf(arguments);
    this.command = command;
  }

  /**
   * One line for each grid of the file that arguments name, or one if they name none.
   *
   * @throws InputException if the arguments or the file are wrong
   */
  public static List<SweepLine> all(List<String> arguments) {
    return parse(arguments).command.lines().stream().map(SweepLine::parse).toList();
  }

  /** The text of the file that arguments name, or null if they name none. */
  public static String file(List<String> arguments) {
    return parse(arguments).command.fileText();
  }

  /**
   * A line that reads no file.
   *
   * @throws InputException if an argument is wrong
   */
  public static SweepLine parse(List<String> arguments) {
    try {
      return new SweepLine(arguments, SweepCommand.parse(arguments));
    } catch (ParameterException e) {
      throw new InputException(e.getMessage(), e);
    }
  }

  /** The arguments, to be parsed in another process. */
  public List<String> arguments() {
    return arguments;
  }

  /**
   * What they ask for.
   *
   * @throws InputException if they name several devices to share the cells
   */
  public SweepConfig config(String runId) {
    SweepConfig config = command.config(runId, Shard.WHOLE);
    if (config.devices().size() > 1) {
      throw new InputException(
          "--device " + config.device() + ": cells that run elsewhere have one device each");
    }
    command.requireFew(List.of(config));
    return config;
  }

  /** Whether cells that ran out of memory are run again. */
  public boolean retriesMemory() {
    return command.retriesMemory();
  }

  /**
   * Opens the device that the line names.
   *
   * @param instead the device where the line names none, or where it is a GPU that a scheduler
   *     chose
   */
  public Device openDevice(String instead) {
    return command.openDevice(instead);
  }
}
