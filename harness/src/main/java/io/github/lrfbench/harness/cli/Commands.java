package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.cli.doctor.DoctorCommand;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The subcommands. Finding the options of all of them by reflection takes longer than a short
 * command, so that a command line gets in full only those that it may run or print; the others have
 * a name and a description.
 */
final class Commands {
  /** In the order of the help. */
  private static final List<Class<?>> ALL =
      List.of(
          SweepCommand.class,
          EvalCommand.class,
          CompressCommand.class,
          ExportCommand.class,
          FinetuneCommand.class,
          GenerateCommand.class,
          MergeLoraCommand.class,
          MergeCommand.class,
          FetchCommand.class,
          KernelsCommand.class,
          TensorParallelCommand.class,
          EstimateCommand.class,
          ReportCommand.class,
          ListCommand.class,
          DoctorCommand.class,
          CompletionCommand.class,
          ManCommand.class);

  /** Commands that run or print others. */
  private static final Map<Class<?>, List<Class<?>>> NEEDED =
      Map.of(
          SweepCommand.class,
          List.of(SweepCommand.class, KernelsCommand.class),
          CompletionCommand.class,
          ALL,
          ManCommand.class,
          ALL);

  private Commands() {}

  /** All commands in full, as picocli takes them. */
  static List<Object> all() {
    return List.copyOf(ALL);
  }

  /** All commands, in full those that a command line may need. */
  static List<Object> of(String... arguments) {
    List<Class<?>> needed = needed(arguments);
    return ALL.stream().map(type -> needed.contains(type) ? type : outline(type)).toList();
  }

  private static List<Class<?>> needed(String... arguments) {
    for (String argument : arguments) {
      // The options before a command have no values.
      if (!argument.startsWith("-")) {
        for (Class<?> type : ALL) {
          if (type.getAnnotation(Command.class).name().equals(argument)) {
            return NEEDED.getOrDefault(type, List.of(type));
          }
        }
        return ALL;
      }
    }
    return List.of();
  }

  private static CommandSpec outline(Class<?> type) {
    Command command = type.getAnnotation(Command.class);
    CommandSpec outline = CommandSpec.create().name(command.name());
    outline.usageMessage().description(command.description());
    return outline;
  }
}
