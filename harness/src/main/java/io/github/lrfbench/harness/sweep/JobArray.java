package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.Map;

/**
 * The part of a sweep that this process has in a job array of Slurm or an indexed job of
 * Kubernetes, by what the scheduler says in environment variables.
 */
final class JobArray {
  private static final String KUBERNETES = "JOB_COMPLETION_INDEX";
  private static final String SLURM = "SLURM_ARRAY_TASK_";
  private static final String ID = SLURM + "ID";
  private static final String COUNT = SLURM + "COUNT";
  private static final String MIN = SLURM + "MIN";
  private static final String MAX = SLURM + "MAX";
  private static final String STEP = SLURM + "STEP";

  private final Map<String, String> environment;

  JobArray(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * One of so many parts: the index is the scheduler's, whatever other tasks its array has, so that
   * some parts can be submitted again.
   *
   * @throws InputException if no scheduler gives an index, or some task of its array has none of
   *     the parts
   */
  Shard partOf(int count) {
    if (count < 1) {
      throw new InputException("--shard /" + count + ": there is at least one part");
    }
    boolean kubernetes = has(KUBERNETES);
    boolean slurm = has(ID);
    if (!kubernetes && !slurm) {
      throw new InputException(
          "--shard /"
              + count
              + " takes the index from "
              + KUBERNETES
              + " or "
              + ID
              + ", but neither is set");
    }
    if (kubernetes && slurm && number(KUBERNETES) != number(ID)) {
      throw new InputException(
          String.format(
              "--shard /%d: %s is %d, but %s is %d; give --shard INDEX/%d",
              count, KUBERNETES, number(KUBERNETES), ID, number(ID), count));
    }
    String variable = kubernetes ? KUBERNETES : ID;
    requirePart(variable, count);
    if (!kubernetes && has(MAX)) {
      // The other tasks should not run while a part is left out.
      requirePart(MAX, count);
    }
    return new Shard(number(variable), count);
  }

  /**
   * All cells where there is no array. In one of Slurm as many parts as it has tasks, dealt out by
   * their order.
   *
   * @throws InputException if an array does not tell how many parts there are
   */
  Shard part() {
    if (!has(COUNT)) {
      if (has(KUBERNETES) && number(KUBERNETES) > 0) {
        throw new InputException(
            KUBERNETES
                + " is "
                + number(KUBERNETES)
                + ", but not how many there are: give --shard /COUNT, or --shard 0/1 for all cells");
      }
      return Shard.WHOLE;
    }
    int count = number(COUNT);
    int first = has(MIN) ? number(MIN) : 0;
    int step = has(STEP) ? number(STEP) : 1;
    long last = has(MAX) ? number(MAX) : first + (count - 1L) * step;
    int distance = number(ID) - first;
    // Only 10-30:5 and the like have the tasks that their ends and step tell.
    boolean regular = step >= 1 && count >= 1 && last - first == (count - 1L) * step;
    if (!regular || distance < 0 || distance % step != 0 || distance / step >= count) {
      throw new InputException(
          String.format(
              "a Slurm array with gaps (%d tasks from %d to %d) does not tell how many parts there"
                  + " are: give --shard /COUNT",
              count, first, last));
    }
    return new Shard(distance / step, count);
  }

  private void requirePart(String variable, int count) {
    int index = number(variable);
    if (index >= count) {
      throw new InputException(
          String.format(
              "--shard /%d: %s is %d, but the parts are 0 to %d",
              count, variable, index, count - 1));
    }
  }

  private boolean has(String variable) {
    return environment.containsKey(variable);
  }

  private int number(String variable) {
    String value = environment.getOrDefault(variable, "");
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new InputException(variable + " is no number from 0: " + OneLine.quote(value));
  }
}
