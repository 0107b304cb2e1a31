package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class ReportPageTest {
  private static final Path REFERENCE =
      TestData.repositoryRoot().resolve("results/reference/minilm-glue.csv");
  private static final Pattern SVG = Pattern.compile("(?s)<svg.*?</svg>");

  @TempDir private Path folder;

  @Test
  void realResultsGiveTablesPlotsAndHeatMaps() throws Exception {
    ReportInput input = ReportInput.read(REFERENCE);
    assertFalse(input.layers().isEmpty());
    String page = ReportPage.render(List.of(input));
    for (RunRow row : input.runs()) {
      assertTrue(
          page.contains("data-value=\"" + row.get(ScoreColumns.METRIC) + "\""), row::toString);
    }
    assertEquals(5, count(page, "against kept parameters</figcaption>"));
    assertEquals(5, count(page, "against latency</figcaption>"));
    assertEquals(5, count(page, "class=\"heat\""));
    // Each compressed cell has a mark in both plots, and a cell of the heat map for each matrix.
    long compressed =
        input.runs().stream().filter(row -> !"dense".equals(row.get(RunColumns.METHOD))).count();
    assertEquals(2 * compressed, count(page.replaceAll("(?s)<ul.*?</ul>", ""), "class=\"mark\""));
    assertEquals(input.layers().size(), count(page, "<rect "));
    List<String> drawings = SVG.matcher(page).results().map(MatchResult::group).toList();
    for (String svg : drawings) {
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(svg)));
    }
    Matcher numbers = Pattern.compile("NaN|Infinity").matcher(String.join("", drawings));
    assertFalse(numbers.find());
  }

  @Test
  void thePageNeedsNoNetwork() {
    String page = ReportPage.render(List.of(ReportInput.read(REFERENCE)));
    assertFalse(page.matches("(?s).*(https?:|src=|@import|url\\().*"));
  }

  @Test
  void whatFilesSayIsNeverMarkup() {
    RunRow row =
        RunRow.builder()
            .set(RunColumns.RUN_ID, "r")
            .set(RunColumns.CELL_ID, "c")
            .set(RunColumns.STATUS, RunRow.FAILED)
            .set(RunColumns.MODEL, "<script>alert(1)</script>")
            .set(RunColumns.METHOD, "\"><img>")
            .set(RunColumns.ERROR, "a < b & c")
            .build();
    Map<String, Object> record = Map.of("<b>", Map.of("x", "<i>'\""));
    ReportInput input =
        new ReportInput(Path.of("a<b>.csv"), List.of(row), List.of(), Optional.of(record));
    String page = ReportPage.render(List.of(input));
    assertFalse(page.contains("<script>alert") || page.contains("<img>") || page.contains("<i>"));
    assertTrue(page.contains("failed: a &lt; b &amp; c"), page);
    assertTrue(page.contains("&lt;b&gt;.x"), page);
  }

  @Test
  void ticksAreRound() {
    Axis axis = new Axis(0.137, 0.913, 0, 100);
    assertEquals(
        List.of("0.2", "0.4", "0.6", "0.8"), axis.ticks().stream().map(axis::label).toList());
    assertEquals(0, axis.at(0.137), 1e-9);
    assertEquals(100, axis.at(0.913), 1e-9);
    Axis one = Axis.around(List.of(5.0), 0, 100);
    assertTrue(one.low() < 5 && one.high() > 5);
  }

  @Test
  void sixteenSeriesAreToldApart() {
    assertEquals(16, IntStream.range(0, 16).mapToObj(ScatterPlot::sample).distinct().count());
  }

  @Test
  void namesakesAreToldApartByTheirParameters() {
    RunRow plain = row("split=sqrt");
    RunRow tuned = row("finetune_epochs=1;finetune_lr=2.0E-5;split=sqrt");
    assertEquals(
        List.of("svd", "svd finetune 1 x 2e-5"),
        Series.of(List.of(plain, tuned)).stream().map(Series::label).toList());
  }

  /** A browser runs the page's script: a press of a heading sorts. */
  @Test
  void aBrowserSortsTheTable() throws IOException, InterruptedException {
    Path browser =
        Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(browser != null, "there is no Chromium in /usr/bin");
    ReportInput input = ReportInput.read(REFERENCE);
    String page = ReportPage.render(List.of(input));
    String press =
        "<script>const h=[...document.querySelectorAll('th button')].find(b=>b.textContent==='value');"
            + "h.click(); document.title=[...document.querySelectorAll('table')[0].tBodies[0].rows]"
            + ".map(r=>r.cells[6].dataset.value).join(' ')</script></body>";
    Path file = Files.writeString(folder.resolve("page.html"), page.replace("</body>", press));
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
    String dom = Files.readString(out, StandardCharsets.UTF_8);
    Matcher title = Pattern.compile("<title>([^<]*)</title>").matcher(dom);
    assertTrue(title.find());
    List<Double> values = Stream.of(title.group(1).split(" ")).map(Double::valueOf).toList();
    assertEquals(input.runs().size(), values.size());
    assertEquals(values.stream().sorted().toList(), values);
  }

  private static RunRow row(String parameters) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, parameters)
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.METHOD, "svd")
        .set(RunColumns.METHOD_PARAMS, parameters)
        .build();
  }

  private static long count(String text, String part) {
    return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
  }
}
