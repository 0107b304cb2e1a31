package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps on the CPU whose layers' products are rounded. */
class CpuPrecisionTest extends CommandCase {
  @TempDir private Path folder;

  /** What a method makes is the same in every type; how it runs is not. */
  @Test
  void modelsAreMadeInFullAndRunInTheType() throws IOException {
    Path out = folder.resolve("out");
    String[] sweep = {
      "sweep",
      "--model",
      "demo:bert",
      "--task",
      "demo-sst2",
      "--device",
      "cpu",
      "--threads",
      "1",
      "--method",
      "drone,kfac",
      "--keep",
      "0.5",
      "--calibration",
      "64",
      "--max-seconds",
      "0.05",
      "--dtype",
      "fp32,bf16,int8",
      "--out",
      out.toString()
    };
    assertEquals(0, run(sweep), stderr);
    assertTrue(stderr.contains("products in int8: "), stderr);
    List<CSVRecord> rows = new ArrayList<>();
    try (CSVParser parser =
        CSVParser.parse(
            Files.newBufferedReader(out.resolve("runs.csv")),
            CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get())) {
      parser.forEach(rows::add);
    }
    assertEquals(9, rows.size());
    for (String method : List.of("dense", "drone", "kfac")) {
      List<CSVRecord> types = rows.stream().filter(r -> r.get("method").equals(method)).toList();
      assertEquals(
          List.of("fp32", "bf16", "int8"), types.stream().map(r -> r.get("dtype")).toList());
      CSVRecord full = types.get(0);
      for (CSVRecord rounded : types.subList(1, 3)) {
        assertEquals("ok", rounded.get("status"), rounded.get("error"));
        assertEquals(full.get("relative_error"), rounded.get("relative_error"));
        assertNotEquals(full.get("loss"), rounded.get("loss"));
        assertEquals(number(full, "loss"), number(rounded, "loss"), 0.1);
        assertEquals(number(full, "metric"), number(rounded, "metric"), 0.05);
      }
    }
  }

  private static double number(CSVRecord row, String column) {
    return Double.parseDouble(row.get(column));
  }

  @Test
  void whatTheCpuDoesNotComputeInIsRefused() {
    String[] eval = {
      "eval", "--model", "demo:bert", "--task", "demo-sst2", "--device", "cpu", "--dtype", "tf32"
    };
    assertEquals(2, run(eval));
    assertTrue(stderr.contains("it computes in fp32, bf16 and int8"), stderr);
    String[] tune = {
      "finetune",
      "--model",
      "demo:bert",
      "--task",
      "demo-sst2",
      "--device",
      "cpu",
      "--dtype",
      "int8",
      "--out",
      folder.resolve("tuned").toString()
    };
    assertEquals(2, run(tune));
    assertTrue(stderr.contains("not in int8"), stderr);
  }

  /** What would give numbers of another type than they are called, or take no notice of it. */
  @Test
  void commandsThatDoNotComputeInInt8SayIt() {
    assertEquals(2, run("kernels", "--device", "cpu", "--dtype", "int8"));
    assertEquals(
        "lrfbench: kernels on the CPU works in fp32, not in int8; leave out --dtype",
        stderr.strip());
    String[] merge = {
      "merge-lora",
      "--model",
      "demo:bert",
      "--adapter",
      folder.toString(),
      "--task",
      "demo-sst2",
      "--device",
      "cpu",
      "--dtype",
      "int8",
      "--out",
      folder.resolve("merged").toString()
    };
    assertEquals(2, run(merge));
    assertTrue(stderr.contains("merge-lora works in fp32 or tf32, not in int8"), stderr);
    String[] estimate = {
      "estimate", "--model", "demo:bert", "--keep", "0.5", "--device", "A100", "--dtype", "int8"
    };
    assertEquals(2, run(estimate));
    assertTrue(stderr.contains("--dtype int8: no figures are given of GPUs' products"), stderr);
  }
}
