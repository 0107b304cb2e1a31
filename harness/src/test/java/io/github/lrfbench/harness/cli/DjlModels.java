package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.util.StringPair;
import io.github.lrfbench.harness.demo.DemoTask;
import io.github.lrfbench.harness.demo.DemoTasks;
import io.github.lrfbench.harness.djl.LrfBenchTranslatorFactory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compressed demo models, what {@code eval} says of them, and the way to them through DJL.
 *
 * @param folder where they are written
 */
record DjlModels(Path folder) {
  static final int EXAMPLES = 12;

  Path copy(Path directory, String name) throws Exception {
    Path target = Files.createDirectories(folder.resolve(name));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  <I, O> ZooModel<I, O> load(Class<I> input, Class<O> output, Path directory, Object... arguments)
      throws Exception {
    Criteria.Builder<I, O> builder =
        Criteria.builder()
            .setTypes(input, output)
            .optModelPath(directory)
            .optEngine("LRFBench")
            .optTranslatorFactory(new LrfBenchTranslatorFactory());
    builder.optArgument("device", "cpu");
    for (int i = 0; i < arguments.length; i += 2) {
      builder.optArgument(arguments[i].toString(), arguments[i + 1]);
    }
    return builder.build().loadModel();
  }

  /** What {@code compress} writes of a demo model. */
  synchronized Path compressed(String model, String task) {
    Path directory = folder.resolve(model.substring(5) + "-" + task);
    if (!Files.exists(directory)) {
      String[] compress = {"compress", "--model", model, "--task", task, "--keep", "0.6"};
      run(compress, new String[] {"--out", directory.toString()});
    }
    return directory;
  }

  /** The rows of {@code eval --predictions}, and at the end its header. */
  List<String[]> predictions(Path model, String task, int length) throws Exception {
    Path file = folder.resolve("predictions.tsv");
    String[] eval = {"eval", "--model", model.toString(), "--task", task};
    String[] limits = {"--limit", "" + EXAMPLES, "--max-length", "" + length};
    run(eval, limits, new String[] {"--predictions", file.toString()});
    List<String[]> rows = new ArrayList<>();
    Files.readAllLines(file).forEach(line -> rows.add(line.split("\t")));
    assertEquals(EXAMPLES + 1, rows.size());
    rows.add(rows.remove(0));
    return rows;
  }

  List<StringPair> pairs(String task, int first, int second) throws Exception {
    List<String> firsts = examples(task, first);
    List<String> seconds = examples(task, second);
    return IntStream.range(0, EXAMPLES)
        .mapToObj(i -> new StringPair(firsts.get(i), seconds.get(i)))
        .toList();
  }

  /** A column of a demo task's first examples. */
  synchronized List<String> examples(String task, int column) throws Exception {
    DemoTask demo = DemoTask.of(task);
    Path data = DemoTasks.unpack(Natives.cacheFolder(), demo).resolve(demo.folder());
    return Files.readAllLines(data.resolve("dev.tsv")).stream()
        .skip(1)
        .limit(EXAMPLES)
        .map(line -> line.split("\t")[column])
        .toList();
  }

  static String run(String[]... parts) {
    String[] device = {"--device", "cpu"};
    String[] arguments =
        Stream.concat(Arrays.stream(parts), Stream.<String[]>of(device))
            .flatMap(Stream::of)
            .toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      int code = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), stderr, arguments);
      assertEquals(0, code, () -> err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
