package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SizeColumns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code --untie-head} as a user calls it. */
class UntiedHeadTest extends LanguageModelCase {
  /** Ratios are to the checkpoint, which holds an untied head and the word embedding once. */
  @Test
  void whatIsUntiedIsComparedWithTheCheckpoint() throws IOException {
    Path target = folder.resolve("untied");
    String[] task = {"--task", "lm", "--text", text, "--seq-len", "8", "--device", "cpu"};
    String[] cells = {"--untie-head", "--method", "svd", "--keep", "0.7"};
    String[] files = {"--model", model, "--out", target.toString()};
    String[] sweep = Stream.of(task, cells, files).flatMap(Stream::of).toArray(String[]::new);
    assertEquals(
        0,
        run(Stream.concat(Stream.of("sweep"), Stream.of(sweep)).toArray(String[]::new)),
        err::toString);
    List<RunRow> rows = ResultsCsv.RUNS.read(target.resolve("runs.csv"));
    RunRow dense = rows.get(0);
    RunRow half = rows.get(1);
    assertEquals(1, dense.get(SizeColumns.PARAMS_RATIO));
    assertEquals(1, dense.get(SizeColumns.BYTES_RATIO));
    assertFalse(dense.get(RunColumns.EXTRA).containsKey("untied"));
    assertEquals(dense.get(SizeColumns.PARAMS), half.get(SizeColumns.PARAMS_DENSE));
    assertEquals(List.of("lm_head"), half.get(RunColumns.EXTRA).get("untied"));
    out.reset();
    String small = folder.resolve("small").toString();
    int code =
        run(
            "compress",
            "--untie-head",
            "--model",
            model,
            "--keep",
            "0.7",
            "--out",
            small,
            "--device",
            "cpu");
    assertEquals(0, code, err::toString);
    String told = out.toString(StandardCharsets.UTF_8);
    String counts =
        String.format(
            Locale.ROOT,
            "parameters %,d -> %,d (%.3f)",
            dense.get(SizeColumns.PARAMS),
            half.get(SizeColumns.PARAMS),
            half.get(SizeColumns.PARAMS_RATIO));
    assertTrue(told.contains(counts) && told.contains("lm_head is stored apart"), told);
    String config = Files.readString(Path.of(small).resolve("config.json"));
    assertTrue(config.replaceAll("\\s", "").contains("\"untied\":[\"lm_head\"]"), config);
    // What was written is a checkpoint of as many.
    out.reset();
    Path again = folder.resolve("again");
    code =
        run(
            "sweep",
            "--model",
            small,
            "--task",
            "lm",
            "--text",
            text,
            "--seq-len",
            "8",
            "--device",
            "cpu",
            "--method",
            "dense",
            "--out",
            again.toString());
    assertEquals(0, code, err::toString);
    RunRow read = ResultsCsv.RUNS.read(again.resolve("runs.csv")).get(0);
    assertEquals(half.get(SizeColumns.PARAMS), read.get(SizeColumns.PARAMS_DENSE));
    assertEquals(half.get(SizeColumns.BYTES), read.get(SizeColumns.BYTES_DENSE));
  }
}
