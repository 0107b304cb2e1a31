package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingStartTest {
  /** Every family says it in keys of its own. */
  private enum Kind {
    BERT,
    ROBERTA,
    DISTILBERT,
    ALBERT,
    GPT2
  }

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void everyFamilyReadsTheRate(Kind kind) throws IOException {
    Path model =
        switch (kind) {
          case BERT -> TinyCheckpoint.bert(folder, 2);
          case ROBERTA -> TinyCheckpoint.roberta(folder, 2);
          case DISTILBERT -> TinyCheckpoint.distilbert(folder, 2);
          case ALBERT -> TinyCheckpoint.albert(folder, 2, 1, 1);
          case GPT2 -> TinyCheckpoint.gpt2(folder, 2);
        };
    Path file = model.resolve("config.json");
    ObjectNode json = JsonFile.read(file);
    new TrainingStart(false, Gpt2Options.DEFAULT, 0.25, 0).setDropout(json);
    String expected =
        kind == Kind.GPT2
            ? "DropoutRates[embedding=0.25, attention=0.25, residual=0.25]"
            : "DropoutRates[hidden=0.25, attention=0.25, classifier=0.25]";
    String read =
        kind == Kind.GPT2
            ? Gpt2Config.parse(file, json, new Notes()).dropout().toString()
            : EncoderConfig.parse(file, json, new Notes()).dropout().toString();
    assertEquals(expected, read);
  }

  @Test
  void aRateThatLeavesNothingIsRefused() {
    for (double rate : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(
          InputException.class, () -> new TrainingStart(false, Gpt2Options.DEFAULT, rate, 0));
    }
  }
}
