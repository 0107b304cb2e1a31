package io.github.lrfbench.harness.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueExample;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TaskData;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Texts are encoded on all workers, and stand in the order of the examples. */
class TokenizedDatasetTest {
  @TempDir private Path cache;

  @ParameterizedTest
  @CsvSource({"BERT, false", "BERT, true", "GPT2, false"})
  void examplesAreEncodedInTheirOrder(DemoModel kind, boolean separately) {
    String task = kind == DemoModel.BERT ? "demo-rte" : "demo-sst2";
    GlueDataset data = TaskData.load(TaskData.known().get(task), null, cache, 300);
    try (Device device = Devices.open("cpu", new DeviceOptions(4), line -> {});
        LoadedModel loaded = LoadedModel.open(kind.unpack(cache, task), device)) {
      Tokenizer tokenizer = loaded.tokenizer();
      TokenizedDataset made = TokenizedDataset.of(data, tokenizer, 12, separately, device);
      for (int i = 0; i < 300; i++) {
        GlueExample example = data.examples().get(i);
        String beside = separately ? null : example.second();
        assertSame(tokenizer.encode(example.first(), beside, 12), made.sequences().get(i));
        if (separately) {
          assertSame(tokenizer.encode(example.second(), null, 12), made.seconds().get(i));
        }
      }
      assertEquals(List.of(300, separately ? 300 : 0), sizes(made));
    }
  }

  private static List<Integer> sizes(TokenizedDataset made) {
    return List.of(made.sequences().size(), made.seconds().size());
  }

  private static void assertSame(TokenSequence expected, TokenSequence actual) {
    assertArrayEquals(expected.ids(), actual.ids());
    assertArrayEquals(expected.types(), actual.types());
  }

  @ParameterizedTest
  @EnumSource(DemoModel.class)
  void aTokenizerThatIsClosedEncodesNothing(DemoModel kind) {
    try (Device device = Devices.open("cpu", new DeviceOptions(4), line -> {})) {
      GlueDataset data = TaskData.load(TaskData.known().get("demo-sst2"), null, cache, 20);
      Tokenizer tokenizer;
      try (LoadedModel loaded = LoadedModel.open(kind.unpack(cache, "demo-sst2"), device)) {
        tokenizer = loaded.tokenizer();
      }
      assertThrows(
          IllegalStateException.class,
          () -> TokenizedDataset.of(data, tokenizer, 12, false, device));
    }
  }
}
