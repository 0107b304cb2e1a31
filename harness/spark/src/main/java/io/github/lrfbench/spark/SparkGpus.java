package io.github.lrfbench.spark;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.resource.ResourceInformation;

/** The GPUs that Spark schedules: a cell has one for itself. */
final class SparkGpus {
  private static final String GPU = "gpu";
  private static final String TASK_AMOUNT = "spark.task.resource.gpu.amount";
  private static final String EXECUTOR_AMOUNT = "spark.executor.resource.gpu.amount";

  private SparkGpus() {}

  /**
   * Whether tasks are given GPUs.
   *
   * @throws InputException if a task would have a part of a GPU, several, or none of its executor's
   */
  static boolean areAsked(SparkConf conf) {
    if (!conf.contains(TASK_AMOUNT)) {
      if (conf.contains(EXECUTOR_AMOUNT)) {
        throw new InputException(
            EXECUTOR_AMOUNT + " without " + TASK_AMOUNT + ": cells would run on the processor");
      }
      return false;
    }
    if (conf.getDouble(TASK_AMOUNT, 0) != 1) {
      throw new InputException(
          TASK_AMOUNT
              + " is "
              + conf.get(TASK_AMOUNT)
              + ", but a cell is measured on one GPU that it has for itself; set it to 1");
    }
    return true;
  }

  /**
   * On an executor: the device of a task.
   *
   * @param resources those of the task; without a GPU it runs on the processor
   * @param visible the executor's {@code CUDA_VISIBLE_DEVICES}, which CUDA numbers anew from 0;
   *     null where all GPUs are visible under their own numbers
   * @throws InputException if CUDA has no number for what Spark gave
   */
  static String device(Map<String, ResourceInformation> resources, String visible) {
    ResourceInformation gpu = resources.get(GPU);
    if (gpu == null) {
      return "cpu";
    }
    String address = gpu.addresses()[0];
    if (visible == null || visible.isBlank()) {
      if (!address.matches("\\d+")) {
        throw new InputException(
            "Spark gave GPU '"
                + address
                + "', which is no number; the discovery script must print those of nvidia-smi, or"
                + " CUDA_VISIBLE_DEVICES of the executor name it");
      }
      return "cuda:" + address;
    }
    List<String> known = Arrays.stream(visible.split(",")).map(String::strip).toList();
    if (!known.contains(address)) {
      throw new InputException(
          "Spark gave GPU '"
              + address
              + "', but the executor's CUDA_VISIBLE_DEVICES is "
              + visible);
    }
    return "cuda:" + known.indexOf(address);
  }
}
