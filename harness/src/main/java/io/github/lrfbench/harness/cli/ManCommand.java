package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.result.OutputDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code man}: the help of all commands as man pages. */
@Command(
    name = "man",
    description = "Writes a man page for each command.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The pages go to the folder man1 of the directory, where man finds them once MANPATH names the directory.",
      "",
      "Example: lrfbench man --out ~/.local/share/man && man lrfbench-sweep"
    })
final class ManCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A directory of man pages; made if it is absent.")
  private Path out;

  @Override
  public Integer call() {
    Path folder = out.resolve("man1");
    OutputDirectory.prepare(folder);
    List<CommandSpec> commands = new ArrayList<>(List.of(spec.root()));
    for (CommandLine line : spec.root().subcommands().values()) {
      commands.add(line.getCommandSpec());
    }
    for (CommandSpec command : commands) {
      String page = ManPage.of(command);
      WholeFile.write(folder.resolve(ManPage.file(command)), file -> file.write(page));
    }
    System.err.println(commands.size() + " pages written to " + folder);
    return ExitCode.DONE;
  }
}
