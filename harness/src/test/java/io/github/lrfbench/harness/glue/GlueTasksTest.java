package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.glue.metric.GlueMetric;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GlueTasksTest {
  private final GlueTasks tasks = GlueTasks.official();

  @Test
  void holdsTheNineTasksAndTheirRelatives() {
    assertEquals(
        List.of(
            "cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "mnli-mm", "qnli", "rte", "wnli", "ax"),
        tasks.all().stream().map(GlueTask::name).toList());
    assertEquals(
        List.of("cola", "sst2"),
        tasks.all().stream().filter(task -> !task.isPair()).map(GlueTask::name).toList());
    assertEquals(
        List.of("stsb"),
        tasks.all().stream().filter(GlueTask::isRegression).map(GlueTask::name).toList());
    assertEquals(List.of("entailment", "not_entailment"), tasks.get("rte").labelNames());
    assertEquals(List.of("not_entailment", "entailment"), tasks.get("wnli").labelNames());
    assertEquals(
        List.of("entailment", "neutral", "contradiction"), tasks.get("mnli-mm").labelNames());
    assertEquals(Split.TEST, tasks.get("ax").evaluationSplit());
    assertEquals(Split.DEV, tasks.get("mnli").evaluationSplit());
  }

  @Test
  void everyColumnOfALayoutExists() {
    for (GlueTask task : tasks.all()) {
      task.files()
          .forEach(
              (split, file) -> {
                TsvLayout layout = file.layout();
                String where = task.name() + " " + split;
                assertTrue(layout.first() >= 0, where);
                assertEquals(task.isPair(), layout.second() > layout.first(), where);
                assertEquals(split != Split.TEST, layout.label() >= 0, where);
              });
    }
  }

  @Test
  void anUnknownTaskGetsAHint() {
    InputException failure = assertThrows(InputException.class, () -> tasks.get("sts2"));
    assertTrue(
        failure
            .getMessage()
            .startsWith("unknown task 'sts2'; did you mean 'sst2' or 'stsb'? tasks: cola, "),
        failure.getMessage());
  }

  @Test
  void anImitationDiffersInNameFolderAndTruthfulness() {
    GlueTask original = tasks.get("cola");
    GlueTask demo = original.imitation("demo-cola", "demo-CoLA");
    GlueTasks more = tasks.with(demo);
    assertEquals(demo, more.get("demo-cola"));
    assertEquals(12, more.all().size());
    assertFalse(tasks.contains("demo-cola"));
    assertTrue(demo.synthetic());
    assertFalse(original.synthetic());
    assertEquals(original.metric(), demo.metric());
    assertEquals(original.labels(), demo.labels());
    assertEquals(original.file(Split.DEV).layout(), demo.file(Split.DEV).layout());
    assertEquals(0, demo.file(Split.DEV).officialRows());
    assertThrows(IllegalArgumentException.class, () -> more.with(demo));
  }

  @Test
  void anAbsentSplitIsAnInputError() {
    InputException failure =
        assertThrows(
            InputException.class,
            () -> GlueReader.read(Path.of("glue"), tasks.get("ax"), Split.DEV, GlueReader.ALL));
    assertEquals("task ax has no dev split, only test", failure.getMessage());
  }

  @Test
  void aMetricMustFitTheLabels() {
    GlueTask cola = tasks.get("cola");
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new GlueTask(
                "x",
                "x",
                cola.files(),
                cola.labels(),
                GlueMetric.PEARSON_SPEARMAN,
                false,
                true,
                null));
  }
}
