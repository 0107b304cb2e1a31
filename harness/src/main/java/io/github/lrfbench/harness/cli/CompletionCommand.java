package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.text.Names;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: what a shell needs to complete command lines. */
@Command(
    name = "completion",
    description = "Prints a script by which bash or zsh completes commands, options and values.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Put it into the shell's start-up file, where lrfbench is on the PATH:",
      "",
      "Example: source <(lrfbench completion bash)",
      "Example: autoload -Uz compinit && compinit && source <(lrfbench completion zsh)"
    })
final class CompletionCommand implements Callable<Integer>, PrintsData {
  private static final List<String> SHELLS = List.of("bash", "zsh");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private String shell;

  @Override
  public Integer call() {
    if (!SHELLS.contains(shell)) {
      throw Names.unknown("shell", shell, SHELLS);
    }
    CommandSpec root = spec.root();
    PrintWriter out = spec.commandLine().getOut();
    // One script: in zsh it loads what bash has of its own.
    out.print(AutoComplete.bash(root.name(), root.commandLine()));
    out.flush();
    return ExitCode.DONE;
  }
}
