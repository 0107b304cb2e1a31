package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.ResultsMerge;
import io.github.lrfbench.harness.result.RunRow;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code merge}: the results of several runs in one. */
@Command(
    name = "merge",
    description = "Joins the results of several runs, such as the shards of a sweep.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "A cell that several runs hold becomes one row; one that succeeded goes before one that failed. Runs that",
      "disagree on what a cell measured, times apart, or whose cells of one task are of other data, are refused.",
      "The predictions of a row come along from its own run.",
      "",
      "Example: lrfbench merge results/runs/mrpc --out results/runs/mrpc-all"
    })
final class MergeCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "RUNS",
      description = "A runs.csv, a directory that holds one, or a directory whose folders do.")
  private List<Path> places;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Directory to write, which holds no results yet.")
  private Path out;

  @Override
  public Integer call() {
    ResultsMerge merge = new ResultsMerge();
    places.forEach(merge::add);
    merge.write(out);
    List<RunRow> rows = merge.rows();
    long failed = rows.stream().filter(RunRow::failed).count();
    System.err.printf(
        "%d rows of %d cells, %d of them failed, written to %s%n",
        merge.read(), rows.size(), failed, out);
    return failed == 0 ? ExitCode.DONE : ExitCode.FAILED;
  }
}
