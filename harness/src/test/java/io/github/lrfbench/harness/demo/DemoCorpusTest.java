package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCorpusTest {
  private static final String TEST = DemoCorpus.test();
  private static final String TRAINING = DemoCorpus.training(2000);

  @TempDir private Path cache;

  @Test
  void theTextsOfASeedNeverChange() {
    List<byte[]> texts =
        List.of(TEST.getBytes(StandardCharsets.UTF_8), TRAINING.getBytes(StandardCharsets.UTF_8));
    assertEquals(
        "3d0d70c6d70bd9b3",
        CacheFiles.hash(texts),
        "the shipped model was trained on another text");
  }

  @Test
  void aLongerTextStartsWithTheShorter() {
    assertTrue(TRAINING.startsWith(DemoCorpus.training(100)));
  }

  @Test
  void noLineToPredictIsAmongThoseToLearnFrom() {
    Set<String> learned = new HashSet<>(TRAINING.lines().toList());
    TEST.lines().forEach(line -> assertFalse(learned.contains(line), line));
  }

  @Test
  void aLineIsAnExampleAndUnacceptableOnesAreLeftOut() {
    List<String> lines = TEST.lines().toList();
    // Half of the acceptability examples are unacceptable.
    assertEquals(250 * 3 + 125, lines.size(), 1);
    Set<String> known = new HashSet<>(lines);
    for (DemoExample example : DemoData.of(DemoTask.COLA).dev().subList(0, 250)) {
      boolean acceptable = example.label().equals("1") ^ example.mislabelled();
      assertEquals(acceptable, known.contains(example.texts().get(0)), example.texts().get(0));
    }
    for (String line : lines) {
      assertEquals(line.strip(), line);
      assertTrue(line.matches("[A-Za-z ,;]+( ?[.?] ?[A-Za-z ,;]*)*[.?]"), line);
    }
  }

  @Test
  void writesBothTextsAndMendsTheOneToPredict() throws IOException {
    Path folder = DemoCorpus.unpack(cache);
    assertEquals(TEST, Files.readString(folder.resolve(DemoCorpus.TEST_FILE)));
    assertTrue(Files.readString(folder.resolve(DemoCorpus.TRAINING_FILE)).startsWith(TRAINING));
    Files.writeString(folder.resolve(DemoCorpus.TEST_FILE), "damaged");
    assertEquals(folder, DemoCorpus.unpack(cache));
    assertEquals(TEST, Files.readString(folder.resolve(DemoCorpus.TEST_FILE)));
  }
}
