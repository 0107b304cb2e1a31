package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The heads of language models as methods make them, from the command to the checkpoint. */
class LanguageHeadTest extends LanguageModelCase {
  private static final int HIDDEN = 12;

  private int runs;

  private List<String> sweep(Path target, String of, String... more) {
    List<String> all = new ArrayList<>(List.of("sweep", "--model", of, "--out", target.toString()));
    all.addAll(List.of("--task", "lm", "--text", text, "--train-text", text));
    all.addAll(List.of("--seq-len", "8", "--device", "cpu"));
    all.addAll(List.of(more));
    return all;
  }

  private List<RunRow> rows(String of, String... more) {
    Path target = folder.resolve("run" + runs++);
    int code = run(sweep(target, of, more).toArray(String[]::new));
    assertEquals(0, code, () -> out + " " + err);
    return ResultsCsv.RUNS.read(target.resolve("runs.csv"));
  }

  private String refused(String... more) {
    int code = run(sweep(folder.resolve("refused"), model, more).toArray(String[]::new));
    assertEquals(2, code, () -> out + " " + err);
    assertEquals(1, err.toString(StandardCharsets.UTF_8).lines().count(), err::toString);
    return err.toString(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> extra(RunRow row) {
    return row.get(RunColumns.EXTRA);
  }

  private static double number(RunRow row, String name) {
    return ((Number) extra(row).get(name)).doubleValue();
  }

  @Test
  void aLowRankHeadIsUntiedAndCountedSo() {
    List<RunRow> rows = rows(model, "--method", "lowrank-head", "--rank", "1,3,5");
    RunRow dense = rows.get(0);
    int seen = 0;
    for (RunRow row : rows.subList(1, rows.size())) {
      long rank = row.get(RunColumns.RANK_MAX);
      long words = row.get(SizeColumns.LINEAR_PARAMS_DENSE) / HIDDEN;
      long stored = rank * (words + HIDDEN);
      assertEquals(stored, row.get(SizeColumns.LINEAR_PARAMS));
      // The word embedding stays.
      assertEquals(dense.get(SizeColumns.PARAMS) + stored, row.get(SizeColumns.PARAMS));
      assertEquals(List.of("lm_head"), extra(row).get("untied"));
      assertEquals("lowrank:1", row.get(SizeColumns.FORMS));
      seen++;
    }
    assertEquals(3, seen);
    // A rank that saves nothing leaves the head as it is, tied.
    RunRow whole = rows(model, "--method", "lowrank-head", "--rank", "1000").get(1);
    assertEquals(dense.get(SizeColumns.PARAMS), whole.get(SizeColumns.PARAMS));
    assertEquals(dense.get(ScoreColumns.METRIC), whole.get(ScoreColumns.METRIC));
    assertFalse(extra(whole).containsKey("untied"));
  }

  @Test
  void aLowRankHeadHasEveryBudgetAndIsTrained() {
    for (String[] budget :
        new String[][] {{"--keep", "0.5"}, {"--bits", "16"}, {"--energy", "0.6"}}) {
      RunRow row =
          rows(model, "--method", "lowrank-head:metric=logits", budget[0], budget[1]).get(1);
      assertTrue(row.get(SizeColumns.LINEAR_RATIO) < 1, budget[0]);
    }
    String[] half = {"--method", "lowrank-head", "--keep", "0.5"};
    double before = rows(model, half).get(1).get(ScoreColumns.METRIC);
    List<String> trained = new ArrayList<>(List.of(half));
    trained.addAll(List.of("--finetune-epochs", "3", "--finetune-lr", "1e-2"));
    double after = rows(model, trained.toArray(String[]::new)).get(1).get(ScoreColumns.METRIC);
    assertTrue(after < before, after + " " + before);
  }

  private Path compressed(String... more) {
    Path target = folder.resolve("small" + runs++);
    List<String> all = new ArrayList<>(List.of("compress", "--model", model));
    all.addAll(List.of("--task", "lm", "--text", text, "--device", "cpu"));
    all.addAll(List.of("--out", target.toString()));
    all.addAll(List.of(more));
    assertEquals(0, run(all.toArray(String[]::new)), err::toString);
    return target;
  }

  private void checkReload(String... method) {
    RunRow cell = rows(model, method).get(1);
    RunRow again = rows(compressed(method).toString(), "--method", "dense").get(0);
    assertEquals(cell.get(ScoreColumns.METRIC), again.get(ScoreColumns.METRIC), 1e-9);
    assertEquals(cell.get(SizeColumns.PARAMS), again.get(SizeColumns.PARAMS_DENSE));
    assertEquals(cell.get(SizeColumns.BYTES), again.get(SizeColumns.BYTES_DENSE));
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    checkReload("--method", "lowrank-head", "--keep", "0.5");
    checkReload("--method", "svd-softmax:top=3", "--rank", "2");
    checkReload("--method", "svd+svd-softmax:width=2:top=3", "--keep", "0.7");
    checkReload("--method", "svd+lowrank-head", "--keep", "0.7");
    Path dense = compressed("--method", "lowrank-head", "--keep", "0.5", "--dense");
    String config = Files.readString(dense.resolve("config.json")).replaceAll("\\s", "");
    assertTrue(config.contains("\"tie_word_embeddings\":false"), config);
    RunRow cell = rows(model, "--method", "lowrank-head", "--keep", "0.5").get(1);
    RunRow again = rows(dense.toString(), "--method", "dense").get(0);
    assertEquals(cell.get(ScoreColumns.METRIC), again.get(ScoreColumns.METRIC), 1e-4);
  }

  @Test
  void svdSoftmaxTellsHowFarItIsFromTheExactHead() {
    List<RunRow> rows = rows(model, "--method", "svd-softmax:top=5", "--rank", "1,4");
    RunRow dense = rows.get(0);
    for (RunRow row : rows.subList(1, 3)) {
      for (String name :
          List.of(
              "head_top1_agreement", "head_top10_agreement", "head_coverage", "head_certified")) {
        assertTrue(number(row, name) >= 0 && number(row, name) <= 1, name);
      }
      assertTrue(number(row, "head_certified") <= number(row, "head_top1_agreement"));
      assertTrue(row.get(SizeColumns.PARAMS_RATIO) > 1);
      assertEquals(List.of("lm_head"), extra(row).get("untied"));
      assertEquals("svd-softmax:1", row.get(SizeColumns.FORMS));
    }
    assertTrue(number(rows.get(2), "head_kl") < number(rows.get(1), "head_kl"));
    // In full it is exact.
    long words = rows.get(1).get(SizeColumns.LINEAR_PARAMS_DENSE) / HIDDEN;
    RunRow exact = rows(model, "--method", "svd-softmax:top=" + words, "--rank", "1").get(1);
    assertEquals(1, number(exact, "head_top1_agreement"));
    assertEquals(1, number(exact, "head_certified"));
    assertEquals(0, number(exact, "head_kl"), 1e-6);
    assertEquals(dense.get(ScoreColumns.METRIC), exact.get(ScoreColumns.METRIC), 1e-4);
  }

  @Test
  void aChainTellsOfTheHeadToo() {
    Path target = folder.resolve("chain");
    String[] chain = {"--method", "svd+svd-softmax", "--keep", "0.7"};
    assertEquals(0, run(sweep(target, model, chain).toArray(String[]::new)), err::toString);
    List<LayerRow> layers = ResultsCsv.LAYERS.read(target.resolve("layers.csv"));
    assertEquals("svd-softmax", layers.get(layers.size() - 1).form());
    assertTrue(layers.stream().anyMatch(layer -> layer.form().equals("lowrank")));
  }

  @Test
  void textsAreContinuedByIt() {
    Path small = compressed("--method", "svd-softmax:top=3", "--rank", "2");
    int code =
        run(
            "generate",
            "--model",
            small.toString(),
            "--prompt",
            "a good",
            "--max-new-tokens",
            "4",
            "--device",
            "cpu");
    assertEquals(0, code, err::toString);
  }

  @Test
  void whatMakesNoSenseIsRefusedInOneLine() throws IOException {
    for (String[] budget :
        new String[][] {{"--keep", "0.5"}, {"--bits", "8"}, {"--energy", "0.9"}}) {
      assertTrue(refused("--method", "svd-softmax", budget[0], budget[1]).contains("by --rank"));
    }
    assertTrue(refused("--method", "svd-softmax:width=2", "--rank", "3").contains("give one"));
    assertTrue(refused("--method", "svd++lowrank-head", "--keep", "0.5").contains("head"));
    String[] shared = {"--method", "lowrank-head", "--keep", "0.5", "--allocate", "energy"};
    assertTrue(refused(shared).contains("--allocate"));
    String classifier = TinyCheckpoint.bert(folder.resolve("bert"), 2).toString();
    for (String method : List.of("svd-softmax", "lowrank-head")) {
      int code =
          run(
              "compress",
              "--model",
              classifier,
              "--method",
              method,
              "--rank",
              "1",
              "--out",
              folder.resolve("none").toString(),
              "--device",
              "cpu");
      assertEquals(2, code);
      assertTrue(err.toString().contains("has 2 rows"), err::toString);
    }
    Path target = folder.resolve("trained");
    String[] trained = {"--method", "svd-softmax", "--rank", "2", "--finetune-epochs", "1"};
    assertEquals(1, run(sweep(target, model, trained).toArray(String[]::new)));
    RunRow row = ResultsCsv.RUNS.read(target.resolve("runs.csv")).get(1);
    assertTrue(row.failure().contains("nothing is trained through it"), row.failure());
  }
}
