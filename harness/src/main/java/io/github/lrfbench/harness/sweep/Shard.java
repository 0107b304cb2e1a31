package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a sweep's cells, for one of several processes or machines. Cells are dealt out by their
 * ids, so that every machine agrees without being told, and another order of the grid changes
 * nothing.
 *
 * @param index from 0
 * @param count of all parts
 */
public record Shard(int index, int count) {
  /** All cells. */
  public static final Shard WHOLE = new Shard(0, 1);

  private static final Pattern TEXT = Pattern.compile("(\\d{0,9})/(\\d{1,9})");
  private static final int DIGITS = 8;

  /** Checks the numbers. */
  public Shard {
    if (count < 1 || index < 0 || index >= count) {
      throw new InputException(
          "--shard "
              + index
              + "/"
              + count
              + ": the first number must be from 0 to the second less 1");
    }
  }

  /**
   * The part that an option or a scheduler asks for.
   *
   * @param option {@code INDEX/COUNT}, whatever a scheduler says; {@code /COUNT} to take the index
   *     from the scheduler, or null to take both from Slurm if it runs an array, and else all cells
   * @param environment the process's variables
   * @throws InputException if the option is wrong, or a scheduler does not give what is asked of it
   */
  public static Shard of(String option, Map<String, String> environment) {
    JobArray array = new JobArray(environment);
    if (option == null) {
      return array.part();
    }
    Matcher matcher = TEXT.matcher(option);
    if (!matcher.matches()) {
      throw new InputException(
          "--shard must be INDEX/COUNT such as 0/8, or /8 in a job array, but is "
              + OneLine.quote(option));
    }
    int count = Integer.parseInt(matcher.group(2));
    return matcher.group(1).isEmpty()
        ? array.partOf(count)
        : new Shard(Integer.parseInt(matcher.group(1)), count);
  }

  /** True if these are all cells. */
  public boolean isWhole() {
    return count == 1;
  }

  /** Whether a cell belongs to this part. */
  public boolean owns(String cellId) {
    return Long.parseLong(cellId.substring(0, DIGITS), 16) % count == index;
  }

  /** The folder, below that of the sweep, in which this part writes. */
  public String folder() {
    return "shard-" + index + "-of-" + count;
  }
}
