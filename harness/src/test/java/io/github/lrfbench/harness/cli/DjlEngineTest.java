package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import io.github.lrfbench.harness.demo.DemoExport;
import io.github.lrfbench.harness.djl.LrfBenchTranslatorFactory;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What DJL's users get of compressed models, beside what {@code eval} and {@code generate} give.
 */
@Timeout(240)
class DjlEngineTest {
  private static final int EXAMPLES = 12;
  private static final TranslatorFactory FACTORY = new LrfBenchTranslatorFactory();

  @TempDir static Path folder;

  @ParameterizedTest
  @CsvSource({"demo:bert,demo-sst2,128", "demo:bert,demo-sst2,6", "demo:gpt2,demo-sst2,128"})
  void probabilitiesAreTheSoftmaxOfTheLogits(String dense, String task, int length)
      throws Exception {
    Path directory = compressed(dense, task);
    List<String[]> rows = predictions(directory, task, length);
    List<String> texts = examples("SST-2", 0);
    try (ZooModel<String, Classifications> model =
            load(String.class, Classifications.class, directory, "max_length", length);
        Predictor<String, Classifications> predictor = model.newPredictor()) {
      List<Classifications> batch = predictor.batchPredict(texts);
      requireSoftmax(rows, batch);
      // One by one, where no text lies beside another.
      requireSoftmax(rows, List.of(predictor.predict(texts.get(0))));
      assertEquals(List.of(), predictor.batchPredict(List.of()));
    }
  }

  @Test
  void pairsAreReadAsPairs() throws Exception {
    Path directory = compressed("demo:bert", "demo-rte");
    List<String[]> rows = predictions(directory, "demo-rte", 128);
    List<StringPair> pairs = pairs("RTE", 1, 2);
    try (ZooModel<StringPair, Classifications> model =
            load(StringPair.class, Classifications.class, directory);
        Predictor<StringPair, Classifications> predictor = model.newPredictor()) {
      requireSoftmax(rows, predictor.batchPredict(pairs));
      TranslateException none =
          assertThrows(TranslateException.class, () -> predictor.predict(null));
      assertTrue(none.getMessage().contains("the input is null"), none.getMessage());
    }
  }

  @Test
  void aRegressionGivesItsScoreAndNoClasses() throws Exception {
    Path directory = compressed("demo:bert", "demo-stsb");
    List<String[]> rows = predictions(directory, "demo-stsb", 128);
    List<StringPair> pairs = pairs("STS-B", 7, 8);
    try (ZooModel<StringPair, float[]> model = load(StringPair.class, float[].class, directory);
        Predictor<StringPair, float[]> predictor = model.newPredictor()) {
      List<float[]> scores = predictor.batchPredict(pairs);
      for (int i = 0; i < EXAMPLES; i++) {
        assertEquals(1, scores.get(i).length);
        assertEquals(Float.parseFloat(rows.get(i)[1]), scores.get(i)[0], 1e-6);
      }
    }
    String refusal =
        refusal(
            IllegalArgumentException.class,
            () -> load(StringPair.class, Classifications.class, directory));
    assertEquals(
        "setTypes(StringPair, Classifications) is not for this model, a bert that gives score; it"
            + " goes from StringPair to float[], String to float[], Input to Output",
        refusal);
  }

  @Test
  void aCrossEncodersScoreGoesThroughItsFunction() throws Exception {
    Path directory = copy(compressed("demo:bert", "demo-stsb"), "sigmoid");
    Path config = directory.resolve("config.json");
    String sigmoid =
        "{\"sbert_ce_default_activation_function\": \"torch.nn.modules.activation.Sigmoid\",";
    Files.writeString(config, Files.readString(config).replaceFirst("\\{", sigmoid));
    List<String[]> rows = predictions(directory, "demo-stsb", 128);
    try (ZooModel<StringPair, float[]> model = load(StringPair.class, float[].class, directory);
        Predictor<StringPair, float[]> predictor = model.newPredictor()) {
      List<float[]> scores = predictor.batchPredict(pairs("STS-B", 7, 8));
      for (int i = 0; i < EXAMPLES; i++) {
        assertEquals(Float.parseFloat(rows.get(i)[1]), scores.get(i)[0], 1e-6);
        assertTrue(scores.get(i)[0] > 0 && scores.get(i)[0] < 1);
      }
    }
  }

  @Test
  void aSentenceEncoderGivesEmbeddingsWhoseCosineIsTheScore() throws Exception {
    Path directory = copy(compressed("demo:bert", "demo-stsb"), "encoder");
    String type = "\"type\": \"sentence_transformers.models.";
    Files.writeString(
        directory.resolve("modules.json"),
        "[{\"idx\": 0, \"name\": \"0\", \"path\": \"\", "
            + type
            + "Transformer\"}, {\"idx\": 1, \"name\": \"1\", \"path\": \"1_Pooling\", "
            + type
            + "Pooling\"}]");
    Path pooling = Files.createDirectories(directory.resolve("1_Pooling"));
    Files.writeString(pooling.resolve("config.json"), "{\"pooling_mode_mean_tokens\": true}");
    List<String[]> rows = predictions(directory, "demo-stsb", 128);
    try (ZooModel<String, float[]> model = load(String.class, float[].class, directory);
        Predictor<String, float[]> predictor = model.newPredictor()) {
      List<float[]> firsts = predictor.batchPredict(examples("STS-B", 7));
      List<float[]> seconds = predictor.batchPredict(examples("STS-B", 8));
      for (int i = 0; i < EXAMPLES; i++) {
        float[] a = firsts.get(i);
        float[] b = seconds.get(i);
        double cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
        assertEquals(Double.parseDouble(rows.get(i)[1]), cosine, 1e-6);
      }
    }
  }

  private static double dot(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] * b[i]).sum();
  }

  private static Path copy(Path directory, String name) throws Exception {
    Path target = Files.createDirectories(folder.resolve(name));
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  @ParameterizedTest
  @CsvSource({"'',''", "--top-k 5 --seed 3,top_k=5 seed=3", "--beams 3,num_beams=3"})
  void continuationsAreThoseOfGenerate(String options, String arguments) throws Exception {
    Path directory = compressed("demo:gpt2", "demo-lm");
    List<String> prompts = List.of("The doctor", "The old", "A");
    List<String> expected = new ArrayList<>();
    for (String prompt : prompts) {
      String[] generate = {"generate", "--model", directory.toString(), "--prompt", prompt};
      String[] more = options.isEmpty() ? new String[0] : options.split(" ");
      String text = run(generate, more, new String[] {"--max-new-tokens", "9"});
      expected.add(text.substring(0, text.length() - System.lineSeparator().length()));
    }
    List<Object> named = new ArrayList<>(List.of("max_new_tokens", 9));
    if (!arguments.isEmpty()) {
      named.addAll(List.of((Object[]) arguments.split("[ =]")));
    }
    try (ZooModel<String, String> model =
            load(String.class, String.class, directory, named.toArray());
        Predictor<String, String> predictor = model.newPredictor()) {
      for (int i = 0; i < prompts.size(); i++) {
        assertEquals(expected.get(i), predictor.predict(prompts.get(i)));
      }
      if (!options.contains("--seed")) {
        assertEquals(expected, predictor.batchPredict(prompts));
      }
      assertNotEquals("", expected.get(0));
      String longText = "The doctor ".repeat(400);
      TranslateException e =
          assertThrows(TranslateException.class, () -> predictor.predict(longText));
      assertTrue(e.getMessage().contains("over the model's limit"), e.getMessage());
    }
  }

  @Test
  void whatIsNotSupportedIsNamedInOneLine() throws Exception {
    Path classifier = compressed("demo:bert", "demo-sst2");
    Path writer = compressed("demo:gpt2", "demo-lm");
    Class<IllegalArgumentException> wrong = IllegalArgumentException.class;
    assertTrue(
        refusal(wrong, () -> load(String.class, float[].class, classifier))
            .endsWith(
                "a bert that gives classes; it goes from String to Classifications,"
                    + " StringPair to Classifications, Input to Output"));
    assertTrue(
        refusal(wrong, () -> load(String.class, Classifications.class, writer))
            .endsWith("a gpt2 that gives next token; it goes from String to String"));
    assertEquals(
        "'max_length' must be a whole number, but is many",
        refusal(
            wrong,
            () -> load(String.class, Classifications.class, classifier, "max_length", "many")));
    assertEquals(
        "'maxLength' must be at least 1, but is 0",
        refusal(
            wrong, () -> load(String.class, Classifications.class, classifier, "maxLength", 0)));
    assertTrue(
        refusal(wrong, () -> load(String.class, String.class, writer, "max_length", 9))
            .contains("max_new_tokens"));
    assertTrue(
        refusal(wrong, () -> load(String.class, String.class, writer, "do_sample", true))
            .contains("say by 'temperature'"));
    assertTrue(
        refusal(wrong, () -> load(String.class, String.class, writer, "max_new_tokens", 0))
            .contains("at least 1"));
    assertTrue(
        refusal(
                MalformedModelException.class,
                () -> load(String.class, Classifications.class, classifier, "device", "abacus"))
            .contains("unknown device 'abacus'"));
  }

  @Test
  void foldersThatHoldNoModelAreRefused() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Class<MalformedModelException> malformed = MalformedModelException.class;
    assertTrue(
        refusal(malformed, () -> load(String.class, Classifications.class, empty))
            .contains("config.json"));
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.writeString(other.resolve("config.json"), "{\"model_type\": \"t5\"}");
    Files.copy(
        compressed("demo:bert", "demo-sst2").resolve("model.safetensors"),
        other.resolve("model.safetensors"));
    assertTrue(
        refusal(malformed, () -> load(String.class, Classifications.class, other))
            .contains("model_type 't5' is not supported; supported: bert"));
    Path nowhere = folder.resolve("nowhere");
    assertThrows(
        ModelNotFoundException.class, () -> load(String.class, Classifications.class, nowhere));
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
    Path directory = compressed("demo:bert", "demo-sst2");
    try (Model other = Model.newInstance("m", "RPC")) {
      Class<String> text = String.class;
      assertTrue(
          refusal(
                  IllegalArgumentException.class,
                  () -> FACTORY.newInstance(text, Classifications.class, other, Map.of()))
              .contains("optEngine"));
    }
    try (ZooModel<String, Classifications> model =
        load(String.class, Classifications.class, directory)) {
      assertEquals("LRFBench", model.getNDManager().getEngine().getEngineName());
      assertThrows(IllegalArgumentException.class, () -> model.newPredictor(Device.gpu(7)));
      assertThrows(IllegalStateException.class, () -> model.getWrappedModel().load(directory));
    }
  }

  @Test
  void threadsGetWhatOneThreadGets() throws Exception {
    List<String> texts = examples("SST-2", 0);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ZooModel<String, Classifications> model =
            load(String.class, Classifications.class, compressed("demo:bert", "demo-sst2"));
        Predictor<String, Classifications> shared = model.newPredictor()) {
      List<List<Double>> expected = probabilities(shared.batchPredict(texts));
      List<Callable<Void>> jobs = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        boolean own = thread % 2 == 0;
        jobs.add(
            () -> {
              try (Predictor<String, Classifications> predictor = model.newPredictor()) {
                for (int i = 0; i < EXAMPLES; i++) {
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
    List<String> texts = examples("SST-2", 0);
    ZooModel<String, Classifications> model =
        load(String.class, Classifications.class, compressed("demo:bert", "demo-sst2"));
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
  void servingReadsThePropertiesInTheFolder() throws Exception {
    Path directory = copy(compressed("demo:bert", "demo-sst2"), "serving");
    String document = Files.readString(DjlExampleTest.DOCUMENT);
    Files.writeString(
        directory.resolve("serving.properties"), DjlExampleTest.block(document, "properties"));
    String text = examples("SST-2", 0).get(0);
    Criteria<Input, Output> criteria =
        Criteria.builder().setTypes(Input.class, Output.class).optModelPath(directory).build();
    try (ZooModel<Input, Output> model = criteria.loadModel();
        Predictor<Input, Output> predictor = model.newPredictor();
        ZooModel<String, Classifications> plain =
            load(String.class, Classifications.class, directory);
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

  private static void requireSoftmax(List<String[]> rows, List<Classifications> given) {
    assertFalse(given.isEmpty());
    for (int i = 0; i < given.size(); i++) {
      String[] row = rows.get(i);
      double[] powers =
          IntStream.range(2, row.length)
              .mapToDouble(j -> Math.exp(Double.parseDouble(row[j])))
              .toArray();
      double sum = Arrays.stream(powers).sum();
      assertEquals(
          List.of(rows.get(rows.size() - 1)).subList(2, row.length), given.get(i).getClassNames());
      assertArrayEquals(
          Arrays.stream(powers).map(power -> power / sum).toArray(),
          given.get(i).getProbabilities().stream().mapToDouble(p -> p).toArray(),
          1e-6);
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

  private static <I, O> ZooModel<I, O> load(
      Class<I> input, Class<O> output, Path directory, Object... arguments) throws Exception {
    Criteria.Builder<I, O> builder =
        Criteria.builder()
            .setTypes(input, output)
            .optModelPath(directory)
            .optEngine("LRFBench")
            .optTranslatorFactory(FACTORY);
    builder.optArgument("device", "cpu");
    for (int i = 0; i < arguments.length; i += 2) {
      builder.optArgument(arguments[i].toString(), arguments[i + 1]);
    }
    return builder.build().loadModel();
  }

  private interface Loading {
    Object load() throws Exception;
  }

  private static String refusal(Class<? extends Exception> type, Loading loading) {
    String message = assertThrows(type, loading::load).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  /** What {@code compress} writes of a demo model. */
  private static synchronized Path compressed(String model, String task) {
    Path directory = folder.resolve(model.substring(5) + "-" + task);
    if (!Files.exists(directory)) {
      String[] compress = {"compress", "--model", model, "--task", task, "--keep", "0.6"};
      run(compress, new String[] {"--out", directory.toString()});
    }
    return directory;
  }

  /** The rows of {@code eval --predictions}, and at the end its header. */
  private static List<String[]> predictions(Path model, String task, int length) throws Exception {
    Path file = folder.resolve("predictions.tsv");
    String[] eval = {"eval", "--model", model.toString(), "--task", task};
    String[] limits = {"--limit", "" + EXAMPLES, "--max-length", "" + length};
    run(eval, limits, new String[] {"--predictions", file.toString()});
    List<String[]> rows = new ArrayList<>();
    Files.readAllLines(file).forEach(line -> rows.add(line.split("\t")));
    assertEquals(EXAMPLES + 1, rows.size());
    rows.add(rows.remove(0));
    return rows;
  }

  private static List<StringPair> pairs(String task, int first, int second) throws Exception {
    List<String> firsts = examples(task, first);
    List<String> seconds = examples(task, second);
    return IntStream.range(0, EXAMPLES)
        .mapToObj(i -> new StringPair(firsts.get(i), seconds.get(i)))
        .toList();
  }

  /** A column of a demo task's first examples. */
  private static synchronized List<String> examples(String task, int column) throws Exception {
    Path data = folder.resolve("data");
    if (!Files.exists(data)) {
      DemoExport.write(data);
    }
    return Files.readAllLines(data.resolve(task).resolve("dev.tsv")).stream()
        .skip(1)
        .limit(EXAMPLES)
        .map(line -> line.split("\t")[column])
        .toList();
  }

  private static String run(String[]... parts) {
    String[] device = {"--device", "cpu"};
    String[] arguments =
        Stream.concat(Arrays.stream(parts), Stream.<String[]>of(device))
            .flatMap(Stream::of)
            .toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      int code = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), stderr, arguments);
      assertEquals(0, code, () -> err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
