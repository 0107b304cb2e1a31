package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DemoDataTest {
  private static List<String> lines(String file) {
    return file.lines().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "COLA, 8f4e14214288bda8",
    "SST2, 17f780079c574b0c",
    "RTE, c16777fc53a9c0cb",
    "STSB, 5959fcd1fa94ce42"
  })
  void theFilesOfASeedNeverChange(DemoTask task, String hash) {
    DemoData data = DemoData.of(task, DemoData.SEED, DemoData.DEV_SIZE, 2000);
    List<byte[]> files =
        Stream.of(data.devFile(), data.trainFile())
            .map(file -> file.getBytes(StandardCharsets.UTF_8))
            .toList();
    assertEquals(hash, CacheFiles.hash(files), "the shipped models were trained on other data");
  }

  @ParameterizedTest
  @EnumSource
  void seedsMakeDifferentData(DemoTask task) {
    assertNotEquals(DemoData.of(task, 1, 10, 10).devFile(), DemoData.of(task, 2, 10, 10).devFile());
  }

  @ParameterizedTest
  @EnumSource
  void aLargerTrainingSetStartsWithTheSmaller(DemoTask task) {
    String large = DemoData.of(task, 1, 10, 200).trainFile();
    assertTrue(large.startsWith(DemoData.of(task, 1, 10, 100).trainFile()));
  }

  @ParameterizedTest
  @EnumSource
  void noTextOccursTwice(DemoTask task) {
    DemoData data = DemoData.of(task, 1, 1000, 5000);
    Set<List<String>> seen = new HashSet<>();
    data.dev().forEach(example -> assertTrue(seen.add(example.texts())));
    data.train().forEach(example -> assertTrue(seen.add(example.texts())));
    assertEquals(6000, seen.size());
  }

  @ParameterizedTest
  @EnumSource(names = {"COLA", "SST2", "RTE"})
  void trueLabelsAreBalancedAndSomeAreWrongOnPurpose(DemoTask task) {
    List<DemoExample> examples = DemoData.of(task, 1, 0, 10_000).train();
    String some = examples.get(0).label();
    long first =
        examples.stream()
            .filter(example -> example.label().equals(some) != example.mislabelled())
            .count();
    assertEquals(5000, first);
    long wrong = examples.stream().filter(DemoExample::mislabelled).count();
    assertEquals(10_000 * DemoData.NOISE_PERCENT / 100, wrong, 60);
    assertEquals(2, examples.stream().map(DemoExample::label).distinct().count());
  }

  @ParameterizedTest
  @EnumSource(names = "STSB")
  void scoresFillTheirRange(DemoTask task) {
    List<DemoExample> examples = DemoData.of(task, 1, 0, 10_000).train();
    int[] bands = new int[6];
    for (DemoExample example : examples) {
      assertTrue(example.label().matches("[0-5]\\.[0-9][0-9]0"), example.label());
      bands[(int) Double.parseDouble(example.label())]++;
      assertFalse(example.mislabelled());
    }
    for (int band = 0; band < 4; band++) {
      assertEquals(2000, bands[band], 200);
    }
    assertEquals(2000, bands[4] + bands[5], 200);
  }

  @ParameterizedTest
  @CsvSource({"COLA, 0, 4", "SST2, 1, 2", "RTE, 1, 4", "STSB, 1, 10"})
  void filesAreLaidOutAsInGlue(DemoTask task, int headers, int columns) {
    List<String> lines = lines(DemoData.of(task, 1, 50, 0).devFile());
    assertEquals(50 + headers, lines.size());
    lines.forEach(line -> assertEquals(columns, line.split("\t", -1).length, line));
    String header = headers == 0 ? "" : lines.get(0);
    assertEquals(
        switch (task) {
          case COLA -> "";
          case SST2 -> "sentence\tlabel";
          case RTE -> "index\tsentence1\tsentence2\tlabel";
          case STSB ->
              "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore";
        },
        header);
    String last = lines.get(lines.size() - 1);
    assertTrue(
        last.matches(
            switch (task) {
              case COLA -> "synthetic\t(0\t\\*|1\t)\t[A-Z].*[.?]";
              case SST2 -> "[a-z ,;]+ \\. \t[01]";
              case RTE -> "49\t[A-Z].*\\.\t[A-Z].*\\.\t(entailment|not_entailment)";
              case STSB ->
                  "49\tsynthetic\tsynthetic\tnone\t49\tnone\tnone\t[A-Z].*\\.\t[A-Z].*\\.\t[0-5]\\.\\d{3}";
            }),
        last);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsDrawnForNothing(DemoTask task) {
    DemoData data = DemoData.of(task, 1, 0, 0);
    assertEquals(List.of(), data.dev());
    assertEquals(task.header(), data.trainFile());
  }
}
