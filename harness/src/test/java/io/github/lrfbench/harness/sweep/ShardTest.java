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

  @Test
  void asksTheScheduler() {
    assertEquals(new Shard(2, 4), Shard.of("/4", Map.of("JOB_COMPLETION_INDEX", "2")));
    // An array of 10, 15, 20, 25.
    Map<String, String> slurm =
        Map.of(
            "SLURM_ARRAY_TASK_ID", "20",
            "SLURM_ARRAY_TASK_MIN", "10",
            "SLURM_ARRAY_TASK_STEP", "5",
            "SLURM_ARRAY_TASK_COUNT", "4");
    assertEquals(new Shard(2, 4), Shard.of(null, slurm));
    assertEquals(new Shard(2, 8), Shard.of("/8", slurm));
    assertEquals(new Shard(0, 2), Shard.of("0/2", slurm));
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
