package io.github.lrfbench.harness.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command {@code lrfbench}. */
@Command(
    name = "lrfbench",
    description =
        "Measures what low-rank factorization of a language model costs in accuracy and saves in"
            + " parameters, memory and time.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionLines.class,
    footer = {"", "'lrfbench COMMAND --help' explains a command."})
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs a command and ends the process with its exit code, see {@link ExitCode}. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    Logging.configure();
    PrintStream out = utf8(FileDescriptor.out);
    PrintStream err = new PlainPrintStream(utf8(FileDescriptor.err));
    System.setOut(out);
    System.setErr(err);
    int exitCode = run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /** The command with its subcommands. */
  static CommandLine program(List<Object> commands) {
    CommandLine line = new CommandLine(new Main());
    commands.forEach(line::addSubcommand);
    HelpPage.arrange(line);
    return line;
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintStream out, PrintStream err, String... arguments) {
    List<Object> commands;
    try {
      Natives.configure();
      commands = Commands.of(arguments);
    } catch (Throwable e) {
      return new FailureReport(new PlainPrintStream(err)).report(e);
    }
    return run(commands, out, err, arguments);
  }

  static int run(List<Object> commands, PrintStream out, PrintStream err, String... arguments) {
    PrintStream plainErr = err instanceof PlainPrintStream ? err : new PlainPrintStream(err);
    FailureReport failures = new FailureReport(plainErr);
    try {
      CommandLine line = program(commands);
      line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
          .setErr(new PrintWriter(plainErr, true, StandardCharsets.UTF_8))
          .setExecutionStrategy(parsed -> execute(line, parsed, out))
          .setParameterExceptionHandler((e, args) -> failures.report(e))
          .setExecutionExceptionHandler((e, command, parsed) -> failures.report(e));
      return line.execute(arguments);
    } catch (Throwable e) {
      return failures.report(e);
    }
  }

  /** Help is printed as it is, with its colours; what commands print for people is made plain. */
  private static int execute(CommandLine line, ParseResult parsed, PrintStream out) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    PrintWriter plain = new PrintWriter(new PlainPrintStream(out), true, StandardCharsets.UTF_8);
    for (CommandLine command : line.getSubcommands().values()) {
      if (!(command.getCommand() instanceof PrintsData)) {
        command.setOut(plain);
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "which command? One of " + String.join(", ", spec.subcommands().keySet()));
  }

  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
