package io.github.lrfbench.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark's scheduler with a GPU that a discovery script claims: the cell is sent to that one. */
class SparkGpuSchedulingTest {
  @TempDir private Path folder;

  @Test
  void aCellRunsOnTheAddressThatItsTaskIsGiven() throws IOException {
    Path script = folder.resolve("gpus.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"97\"]}'\n");
    assertTrue(script.toFile().setExecutable(true));
    SparkConf conf =
        new SparkConf()
            .setMaster("local-cluster[1,1,1024]")
            .setAppName("gpus")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .set("spark.worker.resource.gpu.amount", "1")
            .set("spark.worker.resource.gpu.discoveryScript", script.toString())
            .set("spark.executor.resource.gpu.amount", "1")
            .set("spark.task.resource.gpu.amount", "1")
            .set("spark.task.maxFailures", "1");
    List<RunRow> rows;
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      rows =
          new SparkSweep(
                  spark,
                  List.of(
                      "--model=demo:bert",
                      "--task=demo-rte",
                      "--limit=16",
                      "--keep=0.5",
                      "--device=cpu",
                      "--out=" + folder.resolve("out")))
              .run();
    }
    assertEquals(2, rows.size());
    for (RunRow row : rows) {
      // No machine has so many.
      String error = row.get(RunColumns.ERROR);
      assertTrue(error.contains("cuda:97"), error);
      assertEquals("cuda", row.get(MachineColumns.DEVICE), row.toString());
    }
  }
}
