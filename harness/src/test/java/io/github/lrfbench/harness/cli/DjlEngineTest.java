package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.JsonUtils;
import ai.djl.util.StringPair;
import com.google.gson.JsonElement;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.djl.LrfBenchTranslatorFactory;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine as DJL's users meet it: choice, refusals, threads, closing, serving. */
@Timeout(240)
class DjlEngineTest {
  private static final TranslatorFactory FACTORY = new LrfBenchTranslatorFactory();

  @TempDir static Path folder;

  private final DjlModels models = new DjlModels(folder);

  @Test
  void whatIsNotSupportedIsNamedInOneLine() throws Exception {
    Path classifier = models.compressed("demo:bert", "demo-sst2");
    Path writer = models.compressed("demo:gpt2", "demo-lm");
    Class<IllegalArgumentException> wrong = IllegalArgumentException.class;
    Path regression = models.compressed("demo:bert", "demo-stsb");
    assertEquals(
        "setTypes(StringPair, Classifications) is not for this model, a bert that gives score; it"
            + " goes from StringPair to float[], String to float[], Input to Output",
        refusal(wrong, () -> models.load(StringPair.class, Classifications.class, regression)));
    assertTrue(
        refusal(wrong, () -> models.load(String.class, float[].class, classifier))
            .endsWith(
                "a bert that gives classes; it goes from String to Classifications,"
                    + " StringPair to Classifications, Input to Output"));
    assertTrue(
        refusal(wrong, () -> models.load(String.class, Classifications.class, writer))
            .endsWith(
                "a gpt2 that gives next token; it goes from String to String, Input to Output"));
    assertEquals(
        "'max_length' must be a whole number, but is many",
        refusal(
            wrong,
            () ->
                models.load(
                    String.class, Classifications.class, classifier, "max_length", "many")));
    assertEquals(
        "'maxLength' must be at least 1, but is 0",
        refusal(
            wrong,
            () -> models.load(String.class, Classifications.class, classifier, "maxLength", 0)));
    assertTrue(
        refusal(wrong, () -> models.load(String.class, String.class, writer, "max_length", 9))
            .contains("max_new_tokens"));
    assertTrue(
        refusal(wrong, () -> models.load(String.class, String.class, writer, "do_sample", true))
            .contains("say by 'temperature'"));
    assertTrue(
        refusal(wrong, () -> models.load(String.class, String.class, writer, "max_new_tokens", 0))
            .contains("at least 1"));
    assertTrue(
        refusal(
                MalformedModelException.class,
                () ->
                    models.load(
                        String.class, Classifications.class, classifier, "device", "abacus"))
            .contains("unknown device 'abacus'"));
  }

  @Test
  void foldersThatHoldNoModelAreRefused() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Class<MalformedModelException> malformed = MalformedModelException.class;
    assertTrue(
        refusal(malformed, () -> models.load(String.class, Classifications.class, empty))
            .contains("config.json"));
    Path other = models.copy(DemoModel.BERT.unpack(folder.resolve("cache"), "demo-sst2"), "other");
    Files.writeString(other.resolve("config.json"), "{\"model_type\": \"t5\"}");
    assertTrue(
        refusal(malformed, () -> models.load(String.class, Classifications.class, other))
            .contains("model_type 't5' is not supported; supported: bert"));
    Path nowhere = folder.resolve("nowhere");
    assertThrows(
        ModelNotFoundException.class,
        () -> models.load(String.class, Classifications.class, nowhere));
    try (Model model = Model.newInstance("m", "LRFBench")) {
      assertThrows(FileNotFoundException.class, () -> model.load(nowhere));
      assertThrows(
          IllegalStateException.class,
          () -> FACTORY.newInstance(String.class, String.class, model, Map.of()));
    }
  }

  @Test
  void theEngineIsChosenByItsNameOnly() throws Exception {
    assertTrue(Engine.hasEngine("LRFBench"));
    assertNotEquals("LRFBench", Engine.getDefaultEngineName());
    Path directory = models.compressed("demo:bert", "demo-sst2");
    try (Model other = Model.newInstance("m", "RPC")) {
      Class<String> text = String.class;
      assertTrue(
          refusal(
                  IllegalArgumentException.class,
                  () -> FACTORY.newInstance(text, Classifications.class, other, Map.of()))
              .contains("optEngine"));
    }
    try (ZooModel<String, Classifications> model =
        models.load(String.class, Classifications.class, directory)) {
      assertEquals("LRFBench", model.getNDManager().getEngine().getEngineName());
      assertThrows(IllegalArgumentException.class, () -> model.newPredictor(Device.gpu(7)));
      assertThrows(IllegalStateException.class, () -> model.getWrappedModel().load(directory));
    }
  }

  @Test
  void threadsGetWhatOneThreadGets() throws Exception {
    List<String> texts = models.examples("demo-sst2", 0);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ZooModel<String, Classifications> model =
            models.load(
                String.class, Classifications.class, models.compressed("demo:bert", "demo-sst2"));
        Predictor<String, Classifications> shared = model.newPredictor()) {
      List<List<Double>> expected = probabilities(shared.batchPredict(texts));
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        boolean own = thread % 2 == 0;
        jobs.add(
            () -> {
              try (Predictor<String, Classifications> predictor = model.newPredictor()) {
                for (int i = 0; i < DjlModels.EXAMPLES; i++) {
                  List<String> one = texts.subList(i, i + 1);
                  assertClose(
                      expected.subList(i, i + 1),
                      probabilities((own ? predictor : shared).batchPredict(one)));
                }
              }
              return null;
            });
      }
      for (Future<Void> job : threads.invokeAll(jobs)) {
        job.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aClosedModelThrowsAlsoInTheMiddleOfWork() throws Exception {
    List<String> texts = models.examples("demo-sst2", 0);
    ZooModel<String, Classifications> model =
        models.load(
            String.class, Classifications.class, models.compressed("demo:bert", "demo-sst2"));
    Predictor<String, Classifications> predictor = model.newPredictor();
    List<List<Double>> expected = probabilities(predictor.batchPredict(texts));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Callable<TranslateException> untilClosed =
          () -> {
            while (true) {
              try {
                assertClose(expected, probabilities(predictor.batchPredict(texts)));
              } catch (TranslateException e) {
                return e;
              }
            }
          };
      List<Future<TranslateException>> ends =
          List.of(threads.submit(untilClosed), threads.submit(untilClosed));
      predictor.batchPredict(texts);
      model.close();
      model.close();
      for (Future<TranslateException> end : ends) {
        assertTrue(end.get().getCause() instanceof IllegalStateException, end.get().toString());
      }
      TranslateException after =
          assertThrows(TranslateException.class, () -> predictor.predict(texts.get(0)));
      assertTrue(after.getMessage().contains("the model is closed"), after.getMessage());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void servingContinuesPrompts() throws Exception {
    Path directory = models.compressed("demo:gpt2", "demo-lm");
    try (ZooModel<Input, Output> model =
            models.load(Input.class, Output.class, directory, "max_new_tokens", 4);
        Predictor<Input, Output> predictor = model.newPredictor();
        ZooModel<String, String> plain =
            models.load(String.class, String.class, directory, "max_new_tokens", 4);
        Predictor<String, String> expected = plain.newPredictor()) {
      Map<String, String> text = Map.of("generated_text", expected.predict("The doctor"));
      Input one = new Input();
      one.add("data", "The doctor");
      Input batch = new Input();
      batch.addProperty("Content-Type", "application/json");
      batch.add("data", "{\"inputs\": [\"The doctor\", \"The doctor\"]}");
      // One predictor answers both, in any order.
      for (int i = 0; i < 2; i++) {
        assertEquals(
            JsonUtils.GSON.toJsonTree(text),
            JsonUtils.GSON.fromJson(
                predictor.predict(one).getData().getAsString(), JsonElement.class));
        assertEquals(
            JsonUtils.GSON.toJsonTree(List.of(text, text)),
            JsonUtils.GSON.fromJson(
                predictor.predict(batch).getData().getAsString(), JsonElement.class));
      }
      TranslateException e =
          assertThrows(TranslateException.class, () -> predictor.predict(new Input()));
      assertEquals("the input is empty", e.getMessage());
    }
  }

  @Test
  void servingReadsThePropertiesInTheFolder() throws Exception {
    Path directory = models.copy(models.compressed("demo:bert", "demo-sst2"), "serving");
    String document = Files.readString(DjlExampleTest.DOCUMENT);
    Files.writeString(
        directory.resolve("serving.properties"), DjlExampleTest.block(document, "properties"));
    String text = models.examples("demo-sst2", 0).get(0);
    Criteria<Input, Output> criteria =
        Criteria.builder().setTypes(Input.class, Output.class).optModelPath(directory).build();
    try (ZooModel<Input, Output> model = criteria.loadModel();
        Predictor<Input, Output> predictor = model.newPredictor();
        ZooModel<String, Classifications> plain =
            models.load(String.class, Classifications.class, directory);
        Predictor<String, Classifications> expected = plain.newPredictor()) {
      Input one = new Input();
      one.add("data", text);
      String json = predictor.predict(one).getData().getAsString();
      assertEquals(expected.predict(text).toJson(), json);
      Input batch = new Input();
      batch.addProperty("Content-Type", "application/json");
      batch.add("data", JsonUtils.GSON.toJson(Map.of("inputs", List.of(text, text))));
      assertTrue(predictor.predict(batch).getData().getAsString().startsWith("["));
    }
  }

  private static List<List<Double>> probabilities(List<Classifications> all) {
    return all.stream().map(Classifications::getProbabilities).toList();
  }

  /** Batches of other sizes may round differently. */
  private static void assertClose(List<List<Double>> expected, List<List<Double>> given) {
    assertEquals(expected.size(), given.size());
    for (int i = 0; i < given.size(); i++) {
      for (int j = 0; j < given.get(i).size(); j++) {
        assertEquals(expected.get(i).get(j), given.get(i).get(j), 1e-6);
      }
    }
  }

  private interface Loading {
    Object load() throws Exception;
  }

  private static String refusal(Class<? extends Exception> type, Loading loading) {
    String message = assertThrows(type, loading::load).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }
}
