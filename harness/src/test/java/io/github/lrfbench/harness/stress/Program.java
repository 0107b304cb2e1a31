package io.github.lrfbench.harness.stress;

import io.github.lrfbench.harness.cli.Main;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Processes of the program, in a folder with a tiny model and data, to be killed. */
final class Program {
  private static final int LONGEST_WAIT_MILLIS = 40;

  private final Path folder;
  private final SplittableRandom random;

  Program(Path folder) throws IOException {
    this.folder = folder;
    long seed = Long.getLong("lrfbench.stress.seed", System.nanoTime());
    System.out.println(folder.getFileName() + ": -Dlrfbench.stress.seed=" + seed);
    random = new SplittableRandom(seed);
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    StringBuilder rows = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 8; i++) {
      rows.append(i % 2 == 0 ? "a good film .\t1\n" : "the plot is bad .\t0\n");
    }
    Files.writeString(data.resolve("dev.tsv"), rows);
    Files.writeString(data.resolve("train.tsv"), rows);
  }

  /** How often each command is killed. */
  static int kills() {
    return Integer.getInteger("lrfbench.stress.kills", 200);
  }

  List<String> sweep(int cells, Path out) {
    String seeds = String.join(",", IntStream.range(0, cells).mapToObj(Integer::toString).toList());
    return List.of(
        "sweep",
        "--model=" + folder.resolve("model"),
        "--task=sst2",
        "--glue=" + folder.resolve("glue"),
        "--keep=0.5",
        "--seed=" + seeds,
        "--device=cpu",
        "--threads=1",
        "--seq-len=8",
        "--out=" + out);
  }

  Process start(List<String> arguments) throws IOException {
    return start(Main.class, arguments, folder.resolve("output"));
  }

  static Process start(Class<?> main, List<String> arguments, Path output) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  int run(List<String> arguments) throws IOException, InterruptedException {
    return start(arguments).waitFor();
  }

  /**
   * Starts a command and kills it some milliseconds after it changed a directory.
   *
   * @return false if it ended before
   */
  boolean kill(List<String> arguments, Path directory) throws IOException, InterruptedException {
    Process process = start(arguments);
    List<String> before = state(directory);
    while (process.isAlive() && state(directory).equals(before)) {
      Thread.onSpinWait();
    }
    Thread.sleep(random.nextInt(LONGEST_WAIT_MILLIS), random.nextInt(1_000_000));
    boolean alive = process.isAlive();
    process.destroyForcibly().waitFor();
    return alive;
  }

  String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }

  /** The names in a directory, with the sizes of files. */
  private static List<String> state(Path directory) {
    String[] names = directory.toFile().list();
    return names == null
        ? List.of()
        : Arrays.stream(names)
            .sorted()
            .map(name -> name + " " + directory.resolve(name).toFile().length())
            .toList();
  }

  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }
}
