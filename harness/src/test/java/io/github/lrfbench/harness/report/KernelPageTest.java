package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelPageTest {
  @TempDir private Path folder;

  @Test
  void theTablesAreThereAndNamesAreText() {
    String page = KernelPage.render("<b>.csv", KernelTablesTest.rows());
    assertTrue(page.contains("<title>LRF-Bench kernels: &lt;b&gt;.csv</title>"), page);
    assertFalse(page.contains("<b>.csv"), page);
    assertTrue(page.contains("<td class=\"number\">not reached</td>"), page);
    assertTrue(page.contains("<td class=\"number\">80 m</td>"), page);
  }

  @Test
  void whatTheChartsShowIsInThePage() {
    String page = KernelPage.render("</script>.csv", KernelTablesTest.rows());
    assertTrue(page.contains("\"peak\":100.0,\"bandwidth\":10.0"), page);
    assertTrue(page.contains("\"rank\":384,\"latency_ms_p50\":0.4,\"gflop_per_s\":5.0"), page);
    String ours =
        page.replaceAll(
            "(?s)<script>\\s*// (https://d3js.org|@observablehq/plot) .*?</script>", "");
    assertFalse(ours.matches("(?s).*(https?:|\\ssrc=|@import|url\\(|fetch\\().*"));
  }

  /** A curve for one shape and the roofline, and every measured product in them. */
  @Test
  void curvesAndRooflineAreDrawn() throws IOException, InterruptedException {
    String page = KernelPage.render("kernels.csv", KernelTablesTest.rows());
    String elements = Browser.elements(page, folder).replaceAll("(?s)<script.*?</script>", "");
    List<String> captions =
        Pattern.compile("<figcaption>([^<]*)<")
            .matcher(elements)
            .results()
            .map(result -> result.group(1))
            .toList();
    assertEquals(List.of("768x768: speedup by rank", "Roofline: 100 GFLOP/s, 10 GB/s"), captions);
    List<Long> dots =
        Pattern.compile("(?s)<figure>.*?</figure>")
            .matcher(elements)
            .results()
            .map(MatchResult::group)
            .map(figure -> Pattern.compile("<circle ").matcher(figure).results().count())
            .toList();
    assertEquals(List.of(4L, 8L), dots);
  }
}
