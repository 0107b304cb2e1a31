package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.harness.input.WholeFile;
import io.github.lrfbench.harness.peer.TemporaryFolder;
import io.github.lrfbench.harness.text.Names;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Times what has been fought for beside peers and the machine's limits, in rounds, and says whether
 * it has become slower than the committed figures say. {@code benchmarks/regress} starts it.
 */
@Command(
    name = "benchmarks/regress",
    sortOptions = false,
    description = {
      "Times LRF-Bench beside its peers and the machine's limits, and says what has become slower than the committed figures.",
      "Exit code: 0, or 1 where something is SLOWER or a benchmark failed, or 2 for wrong input."
    },
    footer = {
      "",
      "PYTHON names a Python with torch, transformers, onnx, onnxruntime and numpy; what is missing is left out."
    })
public final class Regress implements Callable<Integer> {
  /** Two rounds have an interval, but one that nothing lies outside of. */
  private static final int FEWEST_COMMITTED = 3;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "Rounds, each in new processes. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of both sides. Default: one for each processor.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Suites to run: bert, gpt2, start-up, svd, training, compression, threads, evaluation.")
  private List<String> only = List.of();

  @Option(
      names = "--quick",
      description =
          "Fewer runs in a round, and only bert, gpt2 and start-up unless --only says otherwise.")
  private boolean quick;

  @Option(
      names = "--margin",
      paramLabel = "F",
      defaultValue = "0.03",
      description = "Fraction up to which a change does not matter. Default: ${DEFAULT-VALUE}.")
  private double margin;

  @Option(
      names = "--update",
      description = "Write the new figures into the file, in the place of those of this machine.")
  private boolean update;

  @Option(
      names = "--file",
      paramLabel = "F",
      defaultValue = "results/reference/regress.csv",
      description = "The committed figures. Default: ${DEFAULT-VALUE}.")
  private Path file;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  private boolean help;

  private Regress() {}

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    CommandLine line =
        new CommandLine(new Regress())
            .setParameterExceptionHandler((e, all) -> fail(e))
            .setExecutionExceptionHandler((e, command, parsed) -> fail(e));
    System.exit(line.execute(args));
  }

  private static int fail(Exception e) {
    System.err.println("regress: " + e.getMessage());
    return e instanceof InputException || e instanceof CommandLine.ParameterException ? 2 : 1;
  }

  @Override
  public Integer call() {
    check();
    Path root = Path.of(System.getProperty("lrfbench.home", "")).toAbsolutePath();
    String python = System.getenv().getOrDefault("PYTHON", "python3");
    Suites suites = new Suites(root, python, threads, quick);
    List<Figure> committed = FigureFile.read(root.resolve(file));
    if (update) {
      WholeFile.requireWritable(root.resolve(file));
    }
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Rounds measured =
          new Rounds(selected(suites, folder.path()), suites.limits(), System.err::println);
      for (int round = 1; round <= rounds; round++) {
        System.err.println("round " + round + " of " + rounds);
        measured.run();
      }
      List<Figure> figures = measured.figures(commit(root), date());
      if (figures.isEmpty()) {
        throw new InputException("nothing was measured");
      }
      Judgement judgement = new Judgement(committed, figures, margin);
      System.out.print(judgement.table());
      judgement.notes().forEach(System.err::println);
      if (update) {
        FigureFile.write(root.resolve(file), judgement.updated());
      }
      return judgement.isSlower() ? 1 : 0;
    }
  }

  private void check() {
    if (rounds < 1) {
      throw new InputException("--rounds is to be at least 1");
    }
    if (threads < 1) {
      throw new InputException("--threads is to be at least 1");
    }
    if (!(margin >= 0 && margin < 1)) {
      throw new InputException("--margin is to be a fraction, 0 or more and below 1");
    }
    if (update && (quick || rounds < FEWEST_COMMITTED)) {
      throw new InputException(
          "--update takes whole rounds, at least " + FEWEST_COMMITTED + " of them: no --quick");
    }
  }

  private List<Suite> selected(Suites suites, Path folder) {
    List<Suite> all = suites.all(folder);
    List<String> names = all.stream().map(Suite::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw Names.unknown("suite", name, names);
      }
    }
    if (only.isEmpty()) {
      return quick ? suites.quick() : all;
    }
    return all.stream().filter(suite -> only.contains(suite.name())).toList();
  }

  private static String commit(Path root) {
    try {
      List<String> git = new ArrayList<>(List.of("git", "-C", root.toString(), "describe"));
      git.addAll(List.of("--always", "--dirty", "--abbrev=12", "--exclude=*"));
      return Calls.run(git).get(0);
    } catch (FailedCall e) {
      // There is no git here.
      return "unknown";
    }
  }

  private static String date() {
    return LocalDate.now(ZoneOffset.UTC).toString();
  }
}
