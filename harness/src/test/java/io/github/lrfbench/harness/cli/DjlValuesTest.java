package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import ai.djl.util.StringPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What DJL's predictors give of compressed models, beside what {@code eval} and {@code generate}
 * give.
 */
@Timeout(240)
class DjlValuesTest {
  @TempDir static Path folder;

  private final DjlModels models = new DjlModels(folder);

  @ParameterizedTest
  @CsvSource({"demo:bert,demo-sst2,128", "demo:bert,demo-sst2,6", "demo:gpt2,demo-sst2,128"})
  void probabilitiesAreTheSoftmaxOfTheLogits(String dense, String task, int length)
      throws Exception {
    Path directory = models.compressed(dense, task);
    List<String[]> rows = models.predictions(directory, task, length);
    List<String> texts = models.examples("demo-sst2", 0);
    try (ZooModel<String, Classifications> model =
            models.load(String.class, Classifications.class, directory, "max_length", length);
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
    Path directory = models.compressed("demo:bert", "demo-rte");
    List<String[]> rows = models.predictions(directory, "demo-rte", 128);
    List<StringPair> pairs = models.pairs("demo-rte", 1, 2);
    try (ZooModel<StringPair, Classifications> model =
            models.load(StringPair.class, Classifications.class, directory);
        Predictor<StringPair, Classifications> predictor = model.newPredictor()) {
      requireSoftmax(rows, predictor.batchPredict(pairs));
      TranslateException none =
          assertThrows(TranslateException.class, () -> predictor.predict(null));
      assertTrue(none.getMessage().contains("the input is null"), none.getMessage());
    }
  }

  @Test
  void aRegressionGivesItsScore() throws Exception {
    Path directory = models.compressed("demo:bert", "demo-stsb");
    List<String[]> rows = models.predictions(directory, "demo-stsb", 128);
    List<StringPair> pairs = models.pairs("demo-stsb", 7, 8);
    try (ZooModel<StringPair, float[]> model =
            models.load(StringPair.class, float[].class, directory);
        Predictor<StringPair, float[]> predictor = model.newPredictor()) {
      List<float[]> scores = predictor.batchPredict(pairs);
      for (int i = 0; i < DjlModels.EXAMPLES; i++) {
        assertEquals(1, scores.get(i).length);
        assertEquals(Float.parseFloat(rows.get(i)[1]), scores.get(i)[0], 1e-6);
      }
    }
  }

  @Test
  void aCrossEncodersScoreGoesThroughItsFunction() throws Exception {
    Path directory = models.copy(models.compressed("demo:bert", "demo-stsb"), "sigmoid");
    Path config = directory.resolve("config.json");
    String sigmoid =
        "{\"sbert_ce_default_activation_function\": \"torch.nn.modules.activation.Sigmoid\",";
    Files.writeString(config, Files.readString(config).replaceFirst("\\{", sigmoid));
    List<String[]> rows = models.predictions(directory, "demo-stsb", 128);
    try (ZooModel<StringPair, float[]> model =
            models.load(StringPair.class, float[].class, directory);
        Predictor<StringPair, float[]> predictor = model.newPredictor()) {
      List<float[]> scores = predictor.batchPredict(models.pairs("demo-stsb", 7, 8));
      for (int i = 0; i < DjlModels.EXAMPLES; i++) {
        assertEquals(Float.parseFloat(rows.get(i)[1]), scores.get(i)[0], 1e-6);
        assertTrue(scores.get(i)[0] > 0 && scores.get(i)[0] < 1);
      }
    }
  }

  @Test
  void aSentenceEncoderGivesEmbeddingsWhoseCosineIsTheScore() throws Exception {
    Path directory = models.copy(models.compressed("demo:bert", "demo-stsb"), "encoder");
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
    List<String[]> rows = models.predictions(directory, "demo-stsb", 128);
    try (ZooModel<String, float[]> model = models.load(String.class, float[].class, directory);
        Predictor<String, float[]> predictor = model.newPredictor()) {
      List<float[]> firsts = predictor.batchPredict(models.examples("demo-stsb", 7));
      List<float[]> seconds = predictor.batchPredict(models.examples("demo-stsb", 8));
      for (int i = 0; i < DjlModels.EXAMPLES; i++) {
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

  @ParameterizedTest
  @CsvSource({"'',''", "--top-k 5 --seed 3,top_k=5 seed=3", "--beams 3,num_beams=3"})
  void continuationsAreThoseOfGenerate(String options, String arguments) throws Exception {
    Path directory = models.compressed("demo:gpt2", "demo-lm");
    List<String> prompts = List.of("The doctor", "The old", "A");
    List<String> expected = new ArrayList<>();
    for (String prompt : prompts) {
      String[] generate = {"generate", "--model", directory.toString(), "--prompt", prompt};
      String[] more = options.isEmpty() ? new String[0] : options.split(" ");
      String text = DjlModels.run(generate, more, new String[] {"--max-new-tokens", "9"});
      expected.add(text.substring(0, text.length() - System.lineSeparator().length()));
    }
    List<Object> named = new ArrayList<>(List.of("max_new_tokens", 9));
    if (!arguments.isEmpty()) {
      named.addAll(List.of((Object[]) arguments.split("[ =]")));
    }
    try (ZooModel<String, String> model =
            models.load(String.class, String.class, directory, named.toArray());
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
}
