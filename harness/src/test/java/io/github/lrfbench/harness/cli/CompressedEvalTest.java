package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code eval} of a directory that {@code compress} wrote gives the number of the sweep's cell. */
class CompressedEvalTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo:bert demo-stsb drone:bias=compensate --layers *.0.*",
        "demo:bert demo-cola svd-head:examples=64",
        "demo:gpt2 demo-lm svd --split-qkv --untie-head",
      })
  void evalGivesTheSweepsNumber(String words) {
    String[] all = words.split(" ");
    String[] made = {"--model", all[0], "--task", all[1], "--method", all[2], "--keep", "0.4"};
    String[] more = Arrays.copyOfRange(all, 3, all.length);
    String[] learning = {"--calibration", "16"};
    String[] limit = {"--limit", "20"};
    Path swept = folder.resolve("swept");
    run(
        new String[] {"sweep", "--seq-len", "4", "--out", swept.toString()},
        made,
        more,
        learning,
        limit);
    double expected = metric(swept);
    boolean head = all[2].startsWith("svd-head");
    for (String form : head ? List.of("factors") : List.of("factors", "products")) {
      Path target = folder.resolve(form);
      run(
          new String[] {"compress", "--out", target.toString()},
          made,
          more,
          learning,
          form.equals("products") ? new String[] {"--dense"} : new String[0]);
      String[] eval = {"eval", "--model", target.toString(), "--task", all[1], "--batch-size", "7"};
      double metric =
          run(eval, limit)
              .lines()
              .filter(line -> line.startsWith("metric\t"))
              .mapToDouble(line -> Double.parseDouble(line.substring(7)))
              .findFirst()
              .orElseThrow();
      assertEquals(expected, metric, 2e-6 * Math.max(1, expected), form);
    }
  }

  /** The metric of the cell after the dense model's. */
  private static double metric(Path swept) {
    List<RunRow> rows = ResultsCsv.RUNS.read(swept.resolve("runs.csv"));
    assertEquals(2, rows.size());
    return rows.get(1).get(RunColumns.METRIC);
  }

  private static String run(String[]... parts) {
    String[] arguments = Arrays.stream(parts).flatMap(Stream::of).toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      int code = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), stderr, arguments);
      assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
