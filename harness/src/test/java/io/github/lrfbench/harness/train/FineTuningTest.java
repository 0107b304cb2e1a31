package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.exchange.GradiVeqSettings;
import io.github.lrfbench.harness.exchange.GradientCompression;
import io.github.lrfbench.harness.exchange.PowerSgdSettings;
import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueTask;
import io.github.lrfbench.harness.glue.LabelMaps;
import io.github.lrfbench.harness.glue.Split;
import io.github.lrfbench.harness.source.TaskData;
import io.github.lrfbench.harness.source.TaskModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.source.TrainingStart;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training that was interrupted anywhere ends as one that was not. */
class FineTuningTest {
  private static final TrainingSettings SETTINGS =
      new TrainingSettings(3, 1e-2, 4, 3, 0.1, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 5);

  @TempDir private Path folder;
  private Device device;
  private Path source;
  private TrainingSettings settings = SETTINGS;
  private GlueTask task;
  private Workers workers;

  @BeforeEach
  void prepare() throws IOException {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    source = TinyCheckpoint.bert(folder.resolve("model"), 2);
    task = TaskData.known().get("sst2");
    Path data = Files.createDirectories(folder.resolve("SST-2"));
    String rows = "a good film\t1\nbad plot\t0\nvery good\t1\nnot good\t0\nthe film .\t1\n";
    Files.writeString(data.resolve("train.tsv"), "sentence\tlabel\n" + rows + rows + rows + rows);
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\n" + rows);
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** A listener that ends the training as a fault would. */
  private static TrainingListener failingAt(long failing) {
    return new TrainingListener() {
      @Override
      public void step(int epoch, long step, long total, double loss, double rate, double s) {
        if (step == failing) {
          throw new IllegalStateException("interrupted");
        }
      }
    };
  }

  private Trainer.Outcome train(Path out, long saveEvery, TrainingListener listener) {
    return train(out, saveEvery, listener, "fingerprint");
  }

  private Trainer.Outcome train(
      Path out, long saveEvery, TrainingListener listener, String fingerprint) {
    GlueDataset train = TaskData.load(task, Split.TRAIN, folder, null, 0);
    GlueDataset dev = TaskData.load(task, folder, null, 0);
    try (TaskModel loaded = TaskModel.open(source, task, TrainingStart.stored(0), device)) {
      GlueEvaluation evaluation =
          GlueEvaluation.prepare(
              loaded.model(), loaded.tokenizer(), dev, LabelMaps.resolve(task, 2, Map.of()), 24, 0);
      TrainingSet examples =
          LabelledExamples.of(train, loaded.tokenizer(), evaluation.labels(), 24);
      FineTuning.Output output =
          new TrainedCheckpoint(
              loaded.model(),
              loaded.config(),
              JsonNodeFactory.instance.objectNode(),
              loaded.transformer(),
              null);
      FineTuning.Job job =
          new FineTuning.Job(
              loaded.model(),
              loaded.model().weights(),
              output,
              out,
              fingerprint,
              saveEvery,
              null,
              workers);
      return FineTuning.run(job, examples, settings, evaluation, listener);
    }
  }

  private static List<String> log(Path out) throws IOException {
    return Files.readAllLines(out.resolve("training.csv")).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',')))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0", "6, 0", "11, 0", "15, 0", "1, 1", "6, 1", "9, 4", "14, 3"})
  void interruptedTrainingsEndAsOthers(long step, long saveEvery) throws IOException {
    Path whole = folder.resolve("whole");
    Trainer.Outcome expected = train(whole, 0, TrainingListener.NONE);
    Path broken = folder.resolve("broken");
    assertThrows(IllegalStateException.class, () -> train(broken, saveEvery, failingAt(step)));
    assertThrows(IllegalStateException.class, () -> train(broken, saveEvery, failingAt(step)));
    boolean saved = step > 5 || saveEvery > 0 && step > saveEvery;
    assertEquals(saved, FineTuning.isUnfinished(broken));
    Trainer.Outcome actual = train(broken, saveEvery, TrainingListener.NONE);
    assertEquals(expected.metric(), actual.metric());
    assertEquals(expected.epoch(), actual.epoch());
    assertEquals(expected.steps(), actual.steps());
    assertEquals(log(whole), log(broken));
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("model.safetensors")),
        Files.readAllBytes(broken.resolve("model.safetensors")));
    assertFalse(FineTuning.isUnfinished(broken));
  }

  /** The copy of the best weights and their loss are part of the state. */
  @ParameterizedTest
  @CsvSource({"7, 0", "8, 3", "17, 0", "16, 1"})
  void soDoTrainingsThatHoldExamplesOut(long step, long saveEvery) throws IOException {
    settings =
        new TrainingSettings(3, 0.1, 8, 8, 0.1, AdamWSettings.DEFAULT, 1, 2, Selection.HELD_OUT, 5);
    Path data = folder.resolve("SST-2/train.tsv");
    String rows = Files.readString(data);
    String body = rows.substring(rows.indexOf('\n') + 1);
    Files.writeString(data, rows + body + body + body);
    Path whole = folder.resolve("whole");
    Trainer.Outcome expected = train(whole, 0, TrainingListener.NONE);
    Path broken = folder.resolve("broken");
    assertThrows(IllegalStateException.class, () -> train(broken, saveEvery, failingAt(step)));
    Trainer.Outcome actual = train(broken, saveEvery, TrainingListener.NONE);
    assertEquals(expected.epoch(), actual.epoch());
    assertEquals(expected.metric(), actual.metric());
    assertEquals(expected.heldOutLoss(), actual.heldOutLoss());
    assertTrue(Double.isFinite(actual.heldOutLoss()));
    assertEquals(log(whole), log(broken));
    assertArrayEquals(
        Files.readAllBytes(whole.resolve("model.safetensors")),
        Files.readAllBytes(broken.resolve("model.safetensors")));
  }

  /** Errors that are still to be sent, factors and bases are part of the state. */
  @ParameterizedTest
  @CsvSource({"7, 0", "4, 1", "9, 4", "14, 3"})
  void soDoThoseOfWorkers(long step, long saveEvery) throws IOException {
    for (GradientCompression compression :
        List.of(
            new PowerSgdSettings(1, true, true, false, 1, 0),
            new GradiVeqSettings(4, 3, 2, 2, 0, true))) {
      workers = new Workers(2, compression, List.of());
      Path whole = folder.resolve("whole-" + compression.getClass().getSimpleName());
      train(whole, 0, TrainingListener.NONE);
      Path broken = folder.resolve("broken-" + compression.getClass().getSimpleName());
      assertThrows(IllegalStateException.class, () -> train(broken, saveEvery, failingAt(step)));
      train(broken, saveEvery, TrainingListener.NONE);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve("model.safetensors")),
          Files.readAllBytes(broken.resolve("model.safetensors")));
      List<String> expected = Files.readAllLines(whole.resolve("training.csv"));
      List<String> actual = Files.readAllLines(broken.resolve("training.csv"));
      assertEquals(expected.size(), actual.size());
      for (int i = 1; i < expected.size(); i++) {
        String[] should = expected.get(i).split(",", -1);
        String[] is = actual.get(i).split(",", -1);
        for (int column : new int[] {0, 1, 2, 4, 7, 8, 9, 10}) {
          assertEquals(should[column], is[column]);
        }
      }
    }
  }

  /** Of a training that ended nothing is gone on with. */
  @Test
  void aLogOfAnotherVersionGivesWayToANewOne() throws IOException {
    Path out = folder.resolve("out");
    train(out, 0, TrainingListener.NONE);
    List<String> expected = log(out);
    Files.writeString(
        out.resolve("training.csv"),
        "step,epoch,loss,learning_rate,metric,seconds\r\n1,1,0.5,0.1,,0.1\r\n");
    train(out, 0, TrainingListener.NONE);
    assertEquals(expected, log(out));
  }

  @Test
  void aStateOfAnotherTrainingIsRefused() {
    Path out = folder.resolve("out");
    assertThrows(IllegalStateException.class, () -> train(out, 1, failingAt(4)));
    String message =
        assertThrows(
                InputException.class, () -> train(out, 1, TrainingListener.NONE, "other settings"))
            .getMessage();
    assertTrue(message.contains("--restart") && !message.contains("\n"), message);
    FineTuning.restart(out);
    assertEquals(15, train(out, 1, TrainingListener.NONE, "other settings").steps());
  }

  @Test
  void twoTrainingsDoNotShareADirectory() throws IOException {
    Path out = folder.resolve("out");
    TrainingListener second =
        new TrainingListener() {
          @Override
          public void step(int epoch, long step, long total, double loss, double rate, double s) {
            if (step == 3) {
              String message =
                  assertThrows(InputException.class, () -> train(out, 0, NONE)).getMessage();
              assertTrue(message.contains("another run"), message);
            }
          }
        };
    train(out, 0, second);
    assertEquals(1 + 3 * 6, log(out).size());
  }
}
