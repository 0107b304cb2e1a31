package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {
  private static final Path REFERENCE =
      TestData.repositoryRoot().resolve("results/reference/minilm-glue.csv");

  @TempDir private Path folder;

  @Test
  void everyCellIsInTheTableAndInTheData() throws IOException {
    ReportInput input = ReportInput.read(REFERENCE);
    assertFalse(input.layers().isEmpty());
    String page = ReportPage.render(List.of(input));
    for (RunRow row : input.runs()) {
      assertTrue(
          page.contains("data-value=\"" + row.get(ScoreColumns.METRIC) + "\""), row::toString);
    }
    JsonNode data = data(page);
    assertEquals(input.runs().size(), data.get("count").asInt());
    assertEquals(
        bag(input.runs().stream().map(row -> row.get(ScoreColumns.METRIC)).toList()),
        bag(cells(data.get("runs"), "metric").stream().map(JsonNode::asDouble).toList()));
    assertEquals(
        bag(input.runs().stream().map(RowLabel::of).toList()),
        bag(cells(data.get("runs"), "label").stream().map(JsonNode::asText).toList()));
    assertEquals(
        bag(input.layers().stream().map(LayerRow::layer).toList()),
        bag(cells(data.get("layers"), "layer").stream().map(JsonNode::asText).toList()));
    // A matrix belongs to the cell that its row names, wherever that stands now.
    int cell = cells(data.get("layers"), "cell").get(0).asInt();
    double error = cells(data.get("layers"), "relative_error").get(0).asDouble();
    double metric = cells(data.get("runs"), "metric").get(cell).asDouble();
    assertTrue(
        input.runs().stream()
            .filter(row -> row.get(ScoreColumns.METRIC) == metric)
            .flatMap(
                row ->
                    input.layers().stream()
                        .filter(layer -> layer.cellId().equals(row.get(RunColumns.CELL_ID))))
            .anyMatch(layer -> Math.abs(layer.relativeError() - error) < 1e-4 * error));
  }

  @Test
  void theBestComeFirst() throws IOException {
    JsonNode data = data(ReportPage.render(List.of(ReportInput.read(REFERENCE))));
    List<String> groups = new ArrayList<>();
    double last = 0;
    for (int i = 0; i < data.get("count").asInt(); i++) {
      String group =
          cells(data.get("runs"), "task").get(i) + " " + cells(data.get("runs"), "budget").get(i);
      double drop = cells(data.get("runs"), "metric_drop").get(i).asDouble();
      if (groups.contains(group)) {
        assertEquals(groups.get(groups.size() - 1), group);
        assertTrue(drop >= last, group);
      } else {
        groups.add(group);
      }
      last = drop;
    }
    assertEquals(25, groups.size());
  }

  @Test
  void thePageNeedsNoNetwork() {
    String page = ReportPage.render(List.of(ReportInput.read(REFERENCE)));
    String ours =
        page.replaceAll(
            "(?s)<script>\\s*// (https://d3js.org|@observablehq/plot) .*?</script>", "");
    assertTrue(ours.length() < page.length() - 400_000);
    assertFalse(
        ours.matches("(?s).*(https?:|\\ssrc=|@import|url\\(|fetch\\(|XMLHttpRequest|import\\().*"));
    assertFalse(page.matches("(?s).*<(link|img|iframe|script)[^>]*(src|href)=.*"));
    assertTrue(page.length() < 2_000_000, "the page has grown");
  }

  @Test
  void librariesAreWhatTheirMakersPublishedAndKeepTheirLicences() throws Exception {
    String plot = "/META-INF/resources/webjars/observablehq__plot/0.6.17/dist/plot.umd.min.js";
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(Html.resource(plot).getBytes(StandardCharsets.UTF_8));
    assertEquals(
        "4358086467740777dd788d6b27a95cebdbaefdd50c730a3060117073bd7134cb",
        HexFormat.of().formatHex(digest));
    // Plot asks for this very version of D3, which the parent pom names.
    assertTrue(Html.resource(plot).contains("d3@7.9.0"));
    String page = ReportPage.render(List.of(ReportInput.read(REFERENCE)));
    assertTrue(page.contains("Copyright 2020-2025 Observable, Inc.\n\nPermission to use"));
    assertTrue(page.contains("Copyright 2010-2023 Mike Bostock\n\nPermission to use"));
  }

  private static final String HOSTILE =
      "</script><script>document.title='x'</script><!--\u2028<img>&";

  private static ReportInput hostile() {
    RunRow failed =
        RunRow.builder()
            .set(RunColumns.RUN_ID, "r")
            .set(RunColumns.CELL_ID, "c")
            .set(RunColumns.STATUS, RunRow.FAILED)
            .set(RunColumns.MODEL, HOSTILE)
            .set(RunColumns.METHOD, "\"><img>")
            .set(RunColumns.ERROR, "a < b & c")
            .build();
    List<RunRow> rows = new ArrayList<>(List.of(failed));
    for (double metric : new double[] {0.5, 0.75, Double.NaN, Double.POSITIVE_INFINITY}) {
      rows.add(
          failed.toBuilder()
              .set(RunColumns.CELL_ID, "c" + metric)
              .set(RunColumns.STATUS, RunRow.OK)
              .set(RunColumns.TASK, HOSTILE)
              .set(RunColumns.METHOD, HOSTILE + metric)
              .set(RunColumns.BUDGET_KIND, "keep")
              .set(RunColumns.BUDGET, 0.5)
              .set(SizeColumns.PARAMS_RATIO, 0.5)
              .set(ScoreColumns.METRIC_NAME, HOSTILE)
              .set(ScoreColumns.METRIC, metric)
              .build());
    }
    Map<String, Object> record = Map.of("<b>", Map.of("x", "<i>'\""));
    return new ReportInput(Path.of("a<b>.csv"), rows, List.of(), Optional.of(record));
  }

  @Test
  void whatFilesSayIsNeverMarkup() throws IOException {
    ReportInput input = hostile();
    Path separated = Path.of("a\u2028<b>.csv");
    String page =
        ReportPage.render(
            List.of(new ReportInput(separated, input.runs(), input.layers(), input.record())));
    assertFalse(
        page.contains("<script>document") || page.contains("<img>") || page.contains("<i>"));
    assertTrue(page.contains("failed: a &lt; b &amp; c"));
    assertTrue(page.contains("&lt;b&gt;.x"));
    String json = page.split("id=\"data\">")[1].split("</script>")[0];
    assertFalse(json.matches("(?s).*[<>&\\u2028\\u2029].*"));
    JsonNode runs = data(page).get("runs");
    assertEquals(separated.toString(), cells(runs, "source").get(0).asText());
    assertEquals(input.runs().get(0).get(RunColumns.MODEL), cells(runs, "model").get(0).asText());
    assertEquals(
        Set.of("0.5", "0.75", "NaN", "Infinity", "null"),
        cells(runs, "metric").stream().map(JsonNode::asText).collect(Collectors.toSet()));
  }

  @Test
  void allocationsOfOlderRowsAreAmongTheParameters() throws IOException {
    RunRow old = row("a", "bias=keep;allocate=sensitivity;round_to=8");
    RunRow chain = row("b", "svd.allocate=greedy;int8.bias=keep");
    RunRow uniform = row("c", "reallocate=no");
    RunRow dense = row("d", "").toBuilder().set(RunColumns.METHOD, "dense").build();
    RunRow told = row("e", "").toBuilder().set(RunColumns.ALLOCATE, "grail").build();
    ReportInput input =
        new ReportInput(
            Path.of("runs.csv"),
            List.of(old, chain, uniform, dense, told),
            List.of(),
            Optional.empty());
    assertEquals(
        List.of("sensitivity", "greedy", "uniform", "null", "grail"),
        cells(data(ReportPage.render(List.of(input))).get("runs"), "allocate").stream()
            .map(JsonNode::asText)
            .toList());
  }

  @Test
  void namesakesAreToldApartByTheirParameters() {
    RunRow plain = row("a", "split=sqrt");
    RunRow tuned = row("b", "finetune_epochs=1;finetune_lr=2.0E-5;split=sqrt");
    assertEquals(
        List.of("svd", "svd finetune 1 x 2e-5"),
        Series.of(List.of(plain, tuned)).stream().map(Series::label).toList());
  }

  /** A browser runs the page's script: it draws, filters, sorts and believes no name. */
  @Test
  void aBrowserDrawsFiltersAndSorts() throws IOException, InterruptedException {
    ReportInput input = ReportInput.read(REFERENCE);
    List<String> answers =
        inBrowser(
            ReportPage.render(List.of(input)),
            "const all = document.querySelectorAll('figure svg').length;"
                + "const winner = [...document.querySelectorAll('#ranking figure')]"
                + "  .find(f => f.textContent.includes('mrpc')).querySelector('strong').textContent;"
                + "const look = document.querySelectorAll('.entry[aria-pressed=true]').length;"
                + "document.querySelector('.entry[aria-pressed=true]').click();"
                + "const less = document.querySelectorAll('.entry[aria-pressed=true]').length;"
                + "const task = document.getElementById('task');"
                + "task.value = 'mrpc'; task.dispatchEvent(new Event('change'));"
                + "const one = document.querySelectorAll('#cost figure').length;"
                + "const left = [...document.querySelectorAll('#cells + div tbody tr')].filter(r => !r.hidden).length;"
                + "[...document.querySelectorAll('th button')].find(b => b.textContent === 'value').click();"
                + "const values = [...document.querySelectorAll('#cells + div tbody tr')].map(r => r.cells[8].dataset.value);"
                + "document.title = [all, winner, look - less, one, left, values.join(' ')].join('|')");
    // Five tasks: who wins, costs and break-even; then three errors, and four panels of matrices.
    assertTrue(Integer.parseInt(answers.get(0)) >= 15, answers::toString);
    assertEquals(bestOnMrpcAtHalf(input), answers.get(1));
    assertEquals("1", answers.get(2));
    assertEquals("1", answers.get(3));
    assertEquals(
        Long.toString(
            input.runs().stream().filter(row -> row.get(RunColumns.TASK).equals("mrpc")).count()),
        answers.get(4));
    List<Double> values = Stream.of(answers.get(5).split(" ")).map(Double::valueOf).toList();
    assertEquals(input.runs().size(), values.size());
    assertEquals(values.stream().sorted().toList(), values);
    List<String> hostile =
        inBrowser(
            ReportPage.render(List.of(hostile())),
            "document.title += '|' + document.querySelectorAll('img').length"
                + " + '|' + document.querySelectorAll('#cost figure').length");
    assertEquals(List.of("LRF-Bench: a&lt;b&gt;.csv", "0", "1"), hostile);
  }

  private static String bestOnMrpcAtHalf(ReportInput input) {
    return input.runs().stream()
        .filter(row -> row.get(RunColumns.TASK).equals("mrpc"))
        .filter(row -> Double.valueOf(0.5).equals(row.get(RunColumns.BUDGET)))
        .max(Comparator.comparing(row -> row.get(ScoreColumns.METRIC)))
        .map(RowLabel::of)
        .orElseThrow();
  }

  /** What a script leaves in the title of a page, at the bars. */
  private List<String> inBrowser(String page, String script)
      throws IOException, InterruptedException {
    Path browser =
        Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(browser != null, "there is no Chromium in /usr/bin");
    Path file =
        Files.writeString(
            folder.resolve("page.html"),
            page.replace("</body>", "<script>{" + script + "}</script></body>"));
    Path out = folder.resolve("dom.html");
    Process process =
        new ProcessBuilder(
                browser.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--dump-dom",
                file.toUri().toString())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the browser does not end");
    Matcher title =
        Pattern.compile("<title>([^<]*)</title>")
            .matcher(Files.readString(out, StandardCharsets.UTF_8));
    assertTrue(title.find());
    return List.of(title.group(1).split("\\|"));
  }

  private static JsonNode data(String page) throws IOException {
    return new ObjectMapper().readTree(page.split("id=\"data\">")[1].split("</script>")[0]);
  }

  /** A column of the data, unfolded. */
  private static List<JsonNode> cells(JsonNode table, String name) {
    List<JsonNode> cells = new ArrayList<>();
    for (JsonNode column : table) {
      if (column.get("name").asText().equals(name)) {
        JsonNode values = column.get("values");
        if (column.has("at")) {
          column
              .get("at")
              .forEach(
                  at -> cells.add(at.asInt() < 0 ? NullNode.instance : values.get(at.asInt())));
        } else {
          values.forEach(cells::add);
        }
      }
    }
    return cells;
  }

  private static <T> Map<T, Long> bag(List<T> items) {
    return items.stream().collect(Collectors.groupingBy(item -> item, Collectors.counting()));
  }

  private static RunRow row(String id, String parameters) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, id)
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.METHOD, "svd")
        .set(RunColumns.METHOD_PARAMS, parameters)
        .build();
  }
}
