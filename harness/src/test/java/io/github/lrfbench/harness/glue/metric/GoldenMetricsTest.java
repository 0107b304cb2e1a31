package io.github.lrfbench.harness.glue.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.glue.SharedData;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Compares with scikit-learn and SciPy. */
class GoldenMetricsTest {
  private static final double TOLERANCE = 1e-12;

  @Test
  void agreesWithScikitLearnAndSciPy() throws IOException {
    JsonNode cases =
        new ObjectMapper()
            .readTree(SharedData.require("golden/glue_metrics.json").toFile())
            .get("cases");
    int checked = 0;
    for (JsonNode golden : cases) {
      String name = golden.get("case").asText();
      double[] labels = numbers(golden.get("labels"));
      double[] predictions = numbers(golden.get("predictions"));
      if (golden.has("pearson")) {
        check(golden, "pearson", Correlation.pearson(labels, predictions));
        check(golden, "spearman", Correlation.spearman(labels, predictions));
        checked += 2;
        continue;
      }
      int classes = 1 + (int) Math.max(1, Math.max(max(labels), max(predictions)));
      Confusion confusion = Confusion.of(integers(labels), integers(predictions), classes);
      check(golden, "accuracy", confusion.accuracy());
      check(golden, "mcc", confusion.mcc());
      checked += 2;
      if (golden.has("f1")) {
        check(golden, "f1", confusion.f1());
        checked++;
      }
      assertTrue(golden.has("accuracy"), name);
    }
    assertEquals(36, checked);
  }

  private static void check(JsonNode golden, String metric, double value) {
    JsonNode expected = golden.get(metric);
    assertEquals(
        expected.isNull() ? Double.NaN : expected.asDouble(),
        value,
        TOLERANCE,
        golden.get("case").asText() + ": " + metric);
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static int[] integers(double[] values) {
    return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }
}
