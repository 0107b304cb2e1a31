package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep calls its rows is what can be told from the columns that earlier versions had. */
class RowLabelSweepTest {
  private static final List<Column<?>> NEW =
      List.of(
          RunColumns.ALLOCATE,
          RunColumns.ROUND_TO,
          RunColumns.FINETUNE_EPOCHS,
          RunColumns.FINETUNE_LR,
          RunColumns.DISTILL,
          RunColumns.LABEL);

  @TempDir private Path folder;

  @Test
  void aLabelIsWhatTheOtherColumnsTell() throws IOException {
    writeData();
    Path model = TinyCheckpoint.bert(folder.resolve("bert"), 2);
    sweep(model, "--task sst2 --method svd,svdllm+int8 --round-to 2");
    sweep(
        model,
        "--task sst2 --method svd,drone:bias=compensate --allocate uniform,sensitivity"
            + " --finetune-epochs 0,1 --finetune-lr 1e-3 --distill 0.5 --distill-hidden 1");
    sweep(model, "--task sst2 --method drone --layers *.query --layers *.key");
    List<RunRow> rows = ResultsCsv.RUNS.read(folder.resolve("out/runs.csv"));
    assertEquals(1 + 2 + 2 * 2 * 2 + 1, rows.size());
    TreeSet<String> labels = new TreeSet<>();
    for (RunRow row : rows) {
      assertEquals(RunRow.OK, row.get(RunColumns.STATUS), row.get(RunColumns.ERROR));
      assertEquals(row.get(RunColumns.LABEL), RowLabel.of(earlier(row)));
      labels.add(row.get(RunColumns.LABEL));
    }
    assertEquals(rows.size(), labels.size(), labels.toString());
    assertFalse(labels.contains("svd calibration 16"), labels.toString());
    RunRow dense = rows.get(0);
    NEW.subList(0, 5).forEach(column -> assertNull(dense.get(column)));
    RunRow trained = row(rows, "svd sensitivity finetune 1 x 0.001 distill 0.5/1 calibration 16");
    assertEquals("sensitivity", trained.get(RunColumns.ALLOCATE));
    assertEquals(1, trained.get(RunColumns.ROUND_TO));
    assertEquals(1, trained.get(RunColumns.FINETUNE_EPOCHS));
    assertEquals(0.001, trained.get(RunColumns.FINETUNE_LR));
    assertEquals(0.5, trained.get(RunColumns.DISTILL));
    RunRow plain = row(rows, "svd round 2");
    assertEquals("uniform", plain.get(RunColumns.ALLOCATE));
    assertEquals(2, plain.get(RunColumns.ROUND_TO));
    assertEquals(0, plain.get(RunColumns.FINETUNE_EPOCHS));
    assertNull(plain.get(RunColumns.FINETUNE_LR));
    assertNull(plain.get(RunColumns.DISTILL));
  }

  private static RunRow row(List<RunRow> rows, String label) {
    return rows.stream()
        .filter(row -> label.equals(row.get(RunColumns.LABEL)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(rows.stream().map(RowLabel::of).toList()));
  }

  /** The row as a version of schema 3 would have written it. */
  private static RunRow earlier(RunRow row) {
    RunRow.Builder builder = row.toBuilder().set(RunColumns.SCHEMA, 3L);
    NEW.forEach(column -> builder.set(column, null));
    return builder.build();
  }

  private void writeData() throws IOException {
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    StringBuilder examples = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 30; i++) {
      String sentence = i % 3 == 0 ? "a good film . " : "the plot is not very bad ";
      examples.append(sentence).append('\t').append(i % 2).append('\n');
    }
    Files.writeString(data.resolve("dev.tsv"), examples);
    Files.writeString(data.resolve("train.tsv"), examples);
  }

  private void sweep(Path model, String options) {
    List<String> all = new ArrayList<>(List.of("sweep", "--device", "cpu", "--keep", "0.5"));
    all.addAll(List.of("--model", model.toString(), "--seq-len", "4", "--calibration", "16"));
    all.addAll(List.of("--glue", folder.resolve("glue").toString()));
    all.addAll(List.of("--out", folder.resolve("out").toString()));
    all.addAll(List.of(options.split(" ")));
    PrintStream quiet = new PrintStream(PrintStream.nullOutputStream());
    assertEquals(0, Main.run(quiet, quiet, all.toArray(String[]::new)), all.toString());
  }
}
