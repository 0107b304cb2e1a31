package io.github.lrfbench.harness.stress;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.lrfbench.harness.config.SweepFile;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.hub.FakeHub;
import io.github.lrfbench.harness.hub.FetchListener;
import io.github.lrfbench.harness.hub.HubException;
import io.github.lrfbench.harness.hub.glue.GlueData;
import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged sweep files and Parquet files are read or refused in one line; nothing else happens. */
@Tag("stress")
class MutationStressTest {
  private static final int TRIES = Integer.getInteger("lrfbench.stress.tries", 10_000);
  private static final long SEED = Long.getLong("lrfbench.stress.seed", 20);

  /** A fetch of a Parquet file takes its time. */
  private static final int PARQUET_SHARE = 10;

  private static final byte[] YAML =
      """
      # a sweep
      model: [demo:bert, &a "caf\\u00e9 \\ud83d\\ude00"]
      keep: [0.5, 1e-1]
      method:
        - svd
        - 'asvd:alpha=1'
      grids:
        - {keep: 0.3, task: *a}
        - layers: |
            *.query
          seed: !!int 3
      """
          .getBytes(StandardCharsets.UTF_8);

  @TempDir private Path folder;

  private interface Reader {
    void read(byte[] content) throws IOException;
  }

  @Test
  void sweepFiles() throws IOException {
    Path file = folder.resolve("sweep.yaml");
    mutate(
        TRIES,
        List.of(YAML),
        content -> {
          Files.write(file, content);
          SweepFile.read(file);
        });
  }

  @Test
  void parquetFiles() throws IOException {
    try (FakeHub server = new FakeHub();
        InputStream in = resource("cola/train"); // Snappy, by pyarrow
        InputStream other = resource("mnli/train-00001-of-00002")) {
      List<GlueTask> cola = List.of(GlueTasks.official().get("cola"));
      byte[] good = in.readAllBytes();
      server.put("datasets/nyu-mll/glue", "cola/validation-00000-of-00001.parquet", good);
      server.put("datasets/nyu-mll/glue", "cola/test-00000-of-00001.parquet", good);
      int[] count = {0};
      mutate(
          TRIES / PARQUET_SHARE,
          List.of(good, other.readAllBytes()),
          content -> {
            server.put("datasets/nyu-mll/glue", "cola/train-00000-of-00001.parquet", content);
            Path cache = folder.resolve("cache" + count[0]++);
            GlueData.fetch(server.open(cache), cola, cache, FetchListener.NONE);
          });
    }
  }

  private static InputStream resource(String name) {
    String suffix = name.contains("-of-") ? ".parquet" : "-00000-of-00001.parquet";
    return GlueData.class.getResourceAsStream(name + suffix);
  }

  private static void mutate(int tries, List<byte[]> originals, Reader reader) {
    System.out.println("seed " + SEED + ", " + tries + " mutations");
    SplittableRandom random = new SplittableRandom(SEED);
    int read = 0;
    for (int i = 0; i < tries; i++) {
      byte[] content = mutation(originals.get(random.nextInt(originals.size())), random);
      try {
        reader.read(content);
        read++;
      } catch (InputException | HubException e) {
        if (e.getMessage().lines().count() != 1) {
          fail("mutation " + i + ": not one line: " + e.getMessage());
        }
      } catch (Throwable e) {
        fail("mutation " + i + " of seed " + SEED, e);
      }
    }
    System.out.println(read + " were read, " + (tries - read) + " refused");
  }

  /** Some bytes changed, a part cut out, doubled or repeated many times, or the end lost. */
  private static byte[] mutation(byte[] original, SplittableRandom random) {
    byte[] content = original.clone();
    for (int n = random.nextInt(1, 4); n > 0 && content.length > 0; n--) {
      int from = random.nextInt(content.length);
      int to = Math.min(content.length, from + random.nextInt(1, 40));
      byte[] part = Arrays.copyOfRange(content, from, to);
      switch (random.nextInt(6)) {
        case 0 -> content[from] ^= (byte) (1 << random.nextInt(8));
        case 1 -> content[from] = (byte) random.nextInt(256);
        case 2 -> content = join(content, from, to, 0, part);
        case 3 -> content = join(content, from, to, 2, part);
        case 4 -> content = join(content, from, to, random.nextInt(2, 2000), part);
        default -> content = Arrays.copyOf(content, from);
      }
    }
    return content;
  }

  private static byte[] join(byte[] content, int from, int to, int times, byte[] part) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(content, 0, from);
    for (int i = 0; i < times; i++) {
      joined.writeBytes(part);
    }
    joined.write(content, to, content.length - to);
    return joined.toByteArray();
  }
}
