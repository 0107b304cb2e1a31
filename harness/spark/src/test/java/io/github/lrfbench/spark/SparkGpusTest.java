package io.github.lrfbench.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.Test;

class SparkGpusTest {
  private static final String TASK = "spark.task.resource.gpu.amount";
  private static final String EXECUTOR = "spark.executor.resource.gpu.amount";

  private static Map<String, ResourceInformation> gpu(String... addresses) {
    return Map.of("gpu", new ResourceInformation("gpu", addresses));
  }

  @Test
  void aTaskRunsWhereSparkSays() {
    assertEquals("cpu", SparkGpus.device(Map.of(), null));
    assertEquals("cpu", SparkGpus.device(Map.of(), "0,1"));
    assertEquals("cuda:3", SparkGpus.device(gpu("3"), null));
    assertEquals("cuda:3", SparkGpus.device(gpu("3"), ""));
  }

  @Test
  void gpusThatCudaNumbersAnewAreFoundByTheirNames() {
    assertEquals("cuda:1", SparkGpus.device(gpu("3"), "2,3"));
    assertEquals("cuda:0", SparkGpus.device(gpu("GPU-8f1d"), "GPU-8f1d, GPU-07aa"));
    assertEquals(
        "Spark gave GPU '0', but the executor's CUDA_VISIBLE_DEVICES is 2,3",
        message(() -> SparkGpus.device(gpu("0"), "2,3")));
    assertTrue(
        message(() -> SparkGpus.device(gpu("GPU-8f1d"), null)).contains("which is no number"));
  }

  @Test
  void aCellHasOneGpuForItself() {
    assertFalse(SparkGpus.areAsked(new SparkConf(false)));
    assertTrue(SparkGpus.areAsked(new SparkConf(false).set(TASK, "1").set(EXECUTOR, "2")));
    assertTrue(
        message(() -> SparkGpus.areAsked(new SparkConf(false).set(TASK, "0.5")))
            .startsWith(TASK + " is 0.5, but"));
    assertTrue(
        message(() -> SparkGpus.areAsked(new SparkConf(false).set(TASK, "2")))
            .startsWith(TASK + " is 2, but"));
    assertTrue(
        message(() -> SparkGpus.areAsked(new SparkConf(false).set(EXECUTOR, "1")))
            .startsWith(EXECUTOR + " without " + TASK));
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(InputException.class, call).getMessage();
  }
}
