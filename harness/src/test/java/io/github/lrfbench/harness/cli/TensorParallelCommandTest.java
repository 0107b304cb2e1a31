package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.TensorParallelColumns;
import io.github.lrfbench.harness.result.TensorParallelRow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorParallelCommandTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String model, String... more) {
    List<String> line =
        new ArrayList<>(List.of("tensor-parallel", "--model", model, "--device", "cpu"));
    line.addAll(List.of("--threads", "1"));
    line.addAll(Arrays.asList(more));
    return Main.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        line.toArray(new String[0]));
  }

  @Test
  void denseAndFactoredModelsStandInOneTable() {
    Path table = folder.resolve("shards.csv");
    int code =
        run(
            "demo:bert",
            "--runs",
            "1",
            "--seq-len",
            "8",
            "--shards",
            "1,2",
            "--rank",
            "6",
            "--link",
            "25,100",
            "--out",
            table.toString());
    assertEquals(0, code, err::toString);
    List<TensorParallelRow> rows = ResultsCsv.TENSOR_PARALLEL.read(table);
    // Two numbers of shards and two links, as it is and by both splits.
    assertEquals(2 * 2 * 3, rows.size());
    TensorParallelRow dense = rows.get(2);
    assertNull(dense.get(TensorParallelColumns.METHOD));
    assertNull(dense.get(TensorParallelColumns.SPLIT));
    assertEquals(2, dense.get(TensorParallelColumns.SHARDS));
    assertEquals(25, dense.get(TensorParallelColumns.LINK_GB_PER_S));
    assertEquals(
        dense.get(TensorParallelColumns.BACKWARD_ALLREDUCE_BYTES_PER_TOKEN),
        dense.get(TensorParallelColumns.ALLREDUCE_BYTES_PER_TOKEN));
    TensorParallelRow outputs = rows.get(8);
    assertEquals("svd", outputs.get(TensorParallelColumns.METHOD));
    assertEquals("outputs", outputs.get(TensorParallelColumns.SPLIT));
    long reduces = outputs.get(TensorParallelColumns.ALLREDUCES);
    assertEquals(
        reduces * 6 * Float.BYTES, outputs.get(TensorParallelColumns.ALLREDUCE_BYTES_PER_TOKEN));
    TensorParallelRow rank = rows.get(10);
    assertEquals("rank", rank.get(TensorParallelColumns.SPLIT));
    assertTrue(
        rank.get(TensorParallelColumns.SHARD_PARAMETERS)
            < outputs.get(TensorParallelColumns.SHARD_PARAMETERS));
    for (TensorParallelRow row : rows) {
      assertTrue(row.get(TensorParallelColumns.LOGIT_DIFFERENCE) <= 1e-4);
      assertEquals(
          row.get(TensorParallelColumns.SHARD_MS_MAX)
              + row.get(TensorParallelColumns.MODELLED_LINK_MS),
          row.get(TensorParallelColumns.MODELLED_TOTAL_MS),
          1e-4 * row.get(TensorParallelColumns.MODELLED_TOTAL_MS));
    }
    // Whatever there is for one shard is the whole; nothing is exchanged.
    assertEquals(0, rows.get(0).get(TensorParallelColumns.SENT_BYTES_PER_TOKEN));
    assertEquals(0, rows.get(0).get(TensorParallelColumns.MODELLED_LINK_MS));
    assertEquals(
        rows.get(0).get(TensorParallelColumns.WHOLE_FLOPS_PER_TOKEN),
        rows.get(0).get(TensorParallelColumns.SHARD_FLOPS_PER_TOKEN));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("modelled"), out::toString);
  }

  @Test
  void lossesOfALanguageModelAreCompared() {
    Path table = folder.resolve("shards.csv");
    String line = "--task demo-lm --runs 1 --seq-len 8 --shards 2 --link 25 --out " + table;
    int code = run("demo:gpt2", line.split(" "));
    assertEquals(0, code, err::toString);
    TensorParallelRow row = ResultsCsv.TENSOR_PARALLEL.read(table).get(0);
    assertTrue(row.get(TensorParallelColumns.LOSS_DIFFERENCE) < 1e-4);
    assertEquals(0, row.get(TensorParallelColumns.PADDED_VOCABULARY) % 256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --shards 5 | heads
          --shards 0 | --shards must be from 1
          --split rows | --split must be outputs or rank
          --link 0 | --link must be gigabytes per second, above 0
          --link 25:-1 | --link must be gigabytes per second, above 0
          --runs 0 | --runs must be from 1
          --seq-len 100000 | --seq-len must be from 1
          --seq-len 60000 | over the model's limit
          --dtype bf16 | works in fp32
          --keep 0.5,0.25 | tensor-parallel takes one of --keep
          --method kronecker --keep 0.5 --shards 1 | is stored as 'kronecker'
          --split-qkv | are for gpt2
          """)
  void whatCannotBeIsOneLine(String options, String expected) {
    Path table = folder.resolve("shards.csv");
    List<String> more = new ArrayList<>(List.of(options.split(" ")));
    more.addAll(List.of("--out", table.toString()));
    assertEquals(2, run("demo:bert", more.toArray(new String[0])), err::toString);
    String text = err.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains(expected), text);
    assertTrue(!Files.exists(table), "a file was written");
  }
}
