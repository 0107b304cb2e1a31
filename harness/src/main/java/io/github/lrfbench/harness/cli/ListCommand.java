package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.cli.Catalogue.Line;
import io.github.lrfbench.harness.text.Names;
import java.io.PrintWriter;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code list}: what can be named in other commands. */
@Command(
    name = "list",
    description = "Lists methods, allocations, tasks, models or devices.",
    mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
  private final Catalogue catalogue = Catalogue.standard();

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "WHAT",
      description = "one of ${COMPLETION-CANDIDATES}",
      completionCandidates = Sections.class)
  private String what;

  @Override
  public Integer call() {
    Supplier<List<Line>> section = catalogue.sections().get(what);
    if (section == null) {
      throw Names.unknown("list", what, catalogue.sections().keySet());
    }
    List<Line> lines = section.get();
    int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    PrintWriter out = spec.commandLine().getOut();
    for (Line line : lines) {
      String padding = " ".repeat(width - line.name().length() + 2);
      out.println((line.name() + padding + line.description()).stripTrailing());
    }
    return ExitCode.DONE;
  }

  /** The names of the sections, for the help. */
  static final class Sections implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Catalogue.standard().sections().keySet().iterator();
    }
  }
}
