package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.ScriptableObject;

/** What the page computes, run by Rhino, which knows no browser. */
class PageStatsTest {
  private static final String ROW =
      "{status: 'ok', model: 'm', task: 't', metric_name: 'accuracy', method: 'svd', label: 'svd',"
          + " linear_params_dense: 100, budget_kind: 'keep', budget: 0.5, linear_ratio: 0.5, seed: 0, metric: 0.8,"
          + " metric_stderr: 0.01, metric_dense: 0.9, device: 'cpu', batch_size: 1, seq_len: 32}";

  /** A row with other values. */
  private static String row(String other) {
    return "Object.assign(" + ROW + ", {" + other + "})";
  }

  private static String evaluate(String expression) {
    Context context = Context.enter();
    try {
      context.setInterpretedMode(true);
      context.setLanguageVersion(Context.VERSION_ES6);
      ScriptableObject scope = context.initSafeStandardObjects();
      context.evaluateString(scope, Html.resource("stats.js"), "stats.js", 1, null);
      return (String)
          context.evaluateString(scope, "JSON.stringify(" + expression + ")", "test", 1, null);
    } finally {
      Context.exit();
    }
  }

  private static String points(String... rows) {
    return "points(named([" + String.join(",", rows) + "]))";
  }

  @Test
  void columnsBecomeRows() {
    assertEquals(
        "[{\"a\":\"x\",\"b\":1.5},{\"a\":null,\"b\":2},{\"a\":\"x\",\"b\":null}]",
        evaluate(
            "decode([{name: 'a', number: false, values: ['x'], at: [0, -1, 0]},"
                + " {name: 'b', number: true, values: [1.5, 2, null]}])"));
    assertEquals(
        "[true,-1]",
        evaluate(
            "(d => [Number.isNaN(d[0].b), Math.sign(d[1].b)])(decode("
                + "[{name: 'b', number: true, values: ['NaN', '-Infinity']}]))"));
  }

  @Test
  void seedsAreMeansWithTheirRange() {
    String two = points(row("metric: 0.7"), row("metric: 0.9, seed: 1"));
    assertEquals(
        "[2,2,0.8]",
        evaluate("(p => [p.rows.length, p.seeds, value(p, 'metric')])(" + two + "[0])"));
    assertEquals("[0.7,0.9]", evaluate("interval(" + two + "[0], 'metric')"));
    // One cell has its standard error, and of a speedup the interval where it was measured.
    String one =
        points(
            row("metric: 0.5, metric_stderr: 0.25, speedup: 2, speedup_low: 1, speedup_high: 3"));
    assertEquals("[0.25,0.75]", evaluate("interval(" + one + "[0], 'metric')"));
    assertEquals("[1,3]", evaluate("interval(" + one + "[0], 'speedup')"));
    assertEquals("null", evaluate("interval(" + one + "[0], 'params_ratio')"));
  }

  @Test
  void whatIsUnlikeIsNeverAveraged() {
    for (String other :
        List.of(
            "label: 'svd sensitivity'",
            "budget: 0.7",
            "budget_kind: 'bits'",
            "task: 'u'",
            "model: 'n'",
            "examples: 100",
            "data_hash: 'abc'",
            "split: 'test'",
            "metric_dense: 0.8",
            "metric_name: 'f1'",
            "model_revision: 'other'",
            "linear_params_dense: 50")) {
      assertEquals("2", evaluate(points(ROW, row(other)) + ".length"), other);
    }
    assertEquals(
        "[\"m on t (dev)\",\"m on t (test)\"]",
        evaluate(points(row("split: 'dev'"), row("split: 'test'")) + ".map(p => p.facet)"));
    assertEquals(
        "[\"1 x 32\",\"8 x 32, decode\",\"not timed\"]",
        evaluate(
            "named(["
                + String.join(
                    ",", ROW, row("batch_size: 8, latency_kind: 'decode'"), row("batch_size: null"))
                + "]).map(r => r.shape)"));
    assertEquals(
        "[\"cpu (a)\",\"cpu (b)\"]",
        evaluate(
            "named([" + row("host: 'a'") + "," + row("host: 'b'") + "]).map(r => r.deviceTitle)"));
    // GPUs of a name are alike.
    assertEquals(
        "[\"cuda, A\",\"cuda, A\",\"cuda, B\"]",
        evaluate(
            "named(["
                + String.join(
                    ",",
                    row("device: 'cuda:0', device_name: 'A'"),
                    row("device: 'cuda:1', device_name: 'A'"),
                    row("device: 'cuda:1', device_name: 'B'"))
                + "]).map(r => r.deviceTitle)"));
  }

  @Test
  void onlyThoseThatKeepTheirBudgetAreRanked() {
    String candidates =
        points(
            ROW,
            row("label: 'close', metric: 0.79"),
            row("label: 'worse', metric: 0.7"),
            row("label: 'head', metric: 0.99, linear_params_dense: 1"),
            row("label: 'laser', metric: 0.98, linear_ratio: 0.99"),
            row("label: 'broken', metric: NaN"));
    assertEquals(
        "[[\"svd\",true],[\"close\",true],[\"worse\",false]]",
        evaluate(
            "ranked(contenders("
                + candidates
                + ", 'keep 0.5')).map(e => [e.point.label, e.alike])"));
    String perplexities =
        points(
            row("metric_name: 'perplexity', label: 'bad', metric: 30"),
            row("metric_name: 'perplexity', label: 'good', metric: 20"));
    assertEquals("\"good\"", evaluate("ranked(" + perplexities + ")[0].point.label"));
    // Seeds of which one happens to be the best do not win.
    String seeds =
        points(
            row("metric: 0.9"), row("metric: 0.5, seed: 1"), row("label: 'steady', metric: 0.8"));
    assertEquals("\"steady\"", evaluate("ranked(" + seeds + ")[0].point.label"));
  }

  @Test
  void otherPartsOfTheModelMeetAtTheWholeModelsSize() {
    String all =
        points(
            row("params_ratio: 0.75"),
            row("params_ratio: 0.74, label: 'drone'"),
            row("params_ratio: 0.85, budget: 0.7, linear_ratio: 0.7"),
            row("params_ratio: 0.9, linear_params_dense: 20, label: 'embedding'"),
            row("params_ratio: 0.8, budget: 0.3, linear_params_dense: 20, label: 'embedding'"),
            row("params_ratio: 0.7, budget: 0.1, linear_params_dense: 20, label: 'embedding'"),
            row("params_ratio: 0.99, linear_params_dense: 1, label: 'head'"));
    assertEquals(
        "[[\"svd\",0.5],[\"drone\",0.5],[\"embedding\",0.1]]",
        evaluate("contenders(" + all + ", 'keep 0.5').map(p => [p.label, p.budget])"));
    assertEquals(
        "[[\"svd\",0.7],[\"embedding\",0.3]]",
        evaluate("contenders(" + all + ", 'keep 0.7').map(p => [p.label, p.budget])"));
  }

  @Test
  void theFrontIsWhatNothingDominates() {
    Random random = new Random(7);
    for (boolean highX : new boolean[] {false, true}) {
      for (boolean highY : new boolean[] {false, true}) {
        List<int[]> items = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          items.add(new int[] {random.nextInt(20), random.nextInt(20)});
        }
        int sx = highX ? 1 : -1;
        int sy = highY ? 1 : -1;
        List<String> expected =
            items.stream()
                .filter(
                    a ->
                        items.stream()
                            .noneMatch(
                                b ->
                                    sx * b[0] >= sx * a[0]
                                        && sy * b[1] >= sy * a[1]
                                        && (b[0] != a[0] || b[1] != a[1])))
                .sorted((a, b) -> Integer.compare(a[0], b[0]))
                .map(a -> "{\"x\":" + a[0] + ",\"y\":" + a[1] + "}")
                .distinct()
                .toList();
        String all =
            items.stream()
                .map(a -> "{x:" + a[0] + ",y:" + a[1] + "}")
                .collect(Collectors.joining(",", "[", "]"));
        assertEquals(
            "[" + String.join(",", expected) + "]",
            evaluate("front(" + all + "," + highX + "," + highY + ")"));
      }
    }
  }

  @Test
  void rankCorrelationsAreThoseOfTheTextbook() {
    // IQ and hours of television, an example of many textbooks: -29/165.
    double[] iq = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    double[] hours = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    assertEquals(
        -29.0 / 165,
        Double.parseDouble(
            evaluate("spearman(" + Arrays.toString(iq) + "," + Arrays.toString(hours) + ")")),
        1e-12);
    // With ties: Pearson's correlation of (1, 2.5, 2.5, 4) and (1.5, 1.5, 3, 4).
    assertEquals(
        0.8333333333333334,
        Double.parseDouble(evaluate("spearman([1, 2, 2, 3], [5, 5, 6, 7])")),
        1e-12);
    assertEquals(
        "[null,null]", evaluate("[spearman([1, 2], [1, 2]), spearman([1, 1, 1], [1, 2, 3])]"));
    // Within both groups the order is the reverse of that of all.
    String items =
        "[1, 2, 3, 4].map(i => ({x: i, y: -i, group: 'a'}))"
            + ".concat([1, 2, 3, 4].map(i => ({x: 100 + i, y: 100 - i, group: 'b'})))";
    assertEquals(
        "[-1,2,true]",
        evaluate("(p => [p.within, p.groups, p.all > 0])(prediction(" + items + "))"));
  }
}
