package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {
  private static final Map<String, String> NONE = Map.of();

  @Test
  void everyCellBelongsToOneShardAndAllAreAboutAsLarge() {
    SplittableRandom random = new SplittableRandom(3);
    int[] sizes = new int[7];
    for (int i = 0; i < 7000; i++) {
      String id = String.format("%016x", random.nextLong());
      int owners = 0;
      for (int s = 0; s < 7; s++) {
        if (new Shard(s, 7).owns(id)) {
          owners++;
          sizes[s]++;
        }
      }
      assertEquals(1, owners);
      assertTrue(Shard.WHOLE.owns(id));
    }
    for (int size : sizes) {
      assertTrue(size > 850 && size < 1150, Integer.toString(size));
    }
  }

  @Test
  void readsTheOption() {
    assertEquals(new Shard(3, 8), Shard.of("3/8", NONE));
    assertEquals(Shard.WHOLE, Shard.of(null, NONE));
    assertEquals(Shard.WHOLE, Shard.of("0/1", NONE));
  }

  @ParameterizedTest
  @CsvSource({
    // --array=0-7, and parts 3 and 7 of it once more.
    "/8, 5, 8, 0, 7, 1, 5/8",
    "/8, 3, 2, 3, 7, 1, 3/8",
    "/8, 7, 2, 3, 7, 1, 7/8",
    "/8, 3, 1, 3, 3, 1, 3/8",
    // --array=10-25:5
    "/26, 20, 4, 10, 25, 5, 20/26",
    "'', 10, 4, 10, 25, 5, 0/4",
    "'', 20, 4, 10, 25, 5, 2/4",
    "'', 25, 4, 10, 25, 5, 3/4",
    // --array=1-8
    "'', 1, 8, 1, 8, 1, 0/8",
    "'', 8, 8, 1, 8, 1, 7/8",
    "'', 5, 1, 5, 5, 1, 0/1",
    // What is asked for by name is what is run.
    "0/2, 20, 4, 10, 25, 5, 0/2",
    "1/9, 3, 2, 3, 7, 1, 1/9",
    "0/1, 3, 8, 0, 7, 1, 0/1"
  })
  void takesItsPartOfASlurmArray(
      String option, String id, String count, String min, String max, String step, String part) {
    assertEquals(
        Shard.of(part, NONE),
        Shard.of(option.isEmpty() ? null : option, slurm(id, count, min, max, step)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /8 | 8 | 8 | 1 | 8 | 1 | --shard /8: SLURM_ARRAY_TASK_ID is 8, but the parts are 0 to 7
          /8 | 1 | 8 | 1 | 8 | 1 | --shard /8: SLURM_ARRAY_TASK_MAX is 8, but the parts are 0 to 7
          /4 | 10 | 4 | 10 | 25 | 5 | --shard /4: SLURM_ARRAY_TASK_ID is 10, but the parts are 0 to 3
          /0 | 0 | 1 | 0 | 0 | 1 | --shard /0: there is at least one part
               | 3 | 2 | 3 | 7 | 1 | a Slurm array with gaps (2 tasks from 3 to 7) does not tell
               | 7 | 2 | 3 | 7 | 1 | a Slurm array with gaps (2 tasks from 3 to 7) does not tell
               | 4 | 3 | 0 | 4 | 1 | a Slurm array with gaps (3 tasks from 0 to 4) does not tell
               | 1 | 3 | 0 | 4 | 2 | a Slurm array with gaps (3 tasks from 0 to 4) does not tell
               | 3 | x | 3 | 7 | 1 | SLURM_ARRAY_TASK_COUNT is no number from 0: 'x'
          /8 | -3 | 2 | 3 | 7 | 1 | SLURM_ARRAY_TASK_ID is no number from 0: '-3'
          """)
  void refusesAnArrayThatLeavesPartsOut(
      String option,
      String id,
      String count,
      String min,
      String max,
      String step,
      String complaint) {
    InputException e =
        assertThrows(
            InputException.class, () -> Shard.of(option, slurm(id, count, min, max, step)));
    assertTrue(e.getMessage().startsWith(complaint), e.getMessage());
  }

  @Test
  void anArrayMayTellItsIdAndSizeOnly() {
    Map<String, String> slurm = Map.of("SLURM_ARRAY_TASK_ID", "2", "SLURM_ARRAY_TASK_COUNT", "4");
    assertEquals(new Shard(2, 4), Shard.of(null, slurm));
    assertEquals(new Shard(2, 8), Shard.of("/8", slurm));
  }

  @Test
  void takesItsPartOfAnIndexedJob() {
    Map<String, String> third = Map.of("JOB_COMPLETION_INDEX", "2");
    assertEquals(new Shard(2, 4), Shard.of("/4", third));
    assertEquals(new Shard(1, 4), Shard.of("1/4", third));
    assertEquals(Shard.WHOLE, Shard.of("0/1", third));
    // A job of one pod.
    assertEquals(Shard.WHOLE, Shard.of(null, Map.of("JOB_COMPLETION_INDEX", "0")));
    InputException untold = assertThrows(InputException.class, () -> Shard.of(null, third));
    assertTrue(untold.getMessage().contains("give --shard /COUNT"), untold.getMessage());
    InputException beyond = assertThrows(InputException.class, () -> Shard.of("/2", third));
    assertEquals(
        "--shard /2: JOB_COMPLETION_INDEX is 2, but the parts are 0 to 1", beyond.getMessage());
  }

  @Test
  void refusesTwoSchedulersThatDisagree() {
    Map<String, String> both = Map.of("JOB_COMPLETION_INDEX", "2", "SLURM_ARRAY_TASK_ID", "3");
    InputException e = assertThrows(InputException.class, () -> Shard.of("/4", both));
    assertTrue(e.getMessage().contains("SLURM_ARRAY_TASK_ID is 3"), e.getMessage());
    assertEquals(
        new Shard(3, 4),
        Shard.of("/4", Map.of("JOB_COMPLETION_INDEX", "3", "SLURM_ARRAY_TASK_ID", "3")));
  }

  private static Map<String, String> slurm(
      String id, String count, String min, String max, String step) {
    return Map.of(
        "SLURM_ARRAY_TASK_ID", id,
        "SLURM_ARRAY_TASK_COUNT", count,
        "SLURM_ARRAY_TASK_MIN", min,
        "SLURM_ARRAY_TASK_MAX", max,
        "SLURM_ARRAY_TASK_STEP", step);
  }

  @ParameterizedTest
  @CsvSource({"8/8", "-1/2", "1", "a/b", "1/0", "/4", "1/2/3", "99999999999/2"})
  void refusesWhatIsNoShard(String option) {
    InputException e = assertThrows(InputException.class, () -> Shard.of(option, NONE));
    assertTrue(e.getMessage().contains("--shard"), e.getMessage());
  }

  @Test
  void refusesAnIndexThatIsNoNumber() {
    Map<String, String> broken = Map.of("JOB_COMPLETION_INDEX", "two");
    InputException e = assertThrows(InputException.class, () -> Shard.of("/4", broken));
    assertTrue(e.getMessage().contains("JOB_COMPLETION_INDEX is no number"), e.getMessage());
  }
}
