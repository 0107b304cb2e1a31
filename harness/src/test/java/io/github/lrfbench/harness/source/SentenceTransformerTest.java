package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.evaluate.GlueEvaluation;
import io.github.lrfbench.harness.glue.GlueTasks;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Directories of sentence-transformers, against scores of its version 6.2. */
class SentenceTransformerTest {
  private static final String TRANSFORMER =
      "{`idx`: 0, `name`: `0`, `path`: ``, `type`: `sentence_transformers.models.Transformer`}";
  private static final String POOLING =
      "{`idx`: 1, `name`: `1`, `path`: `1_Pooling`, `type`:"
          + " `sentence_transformers.sentence_transformer.modules.pooling.Pooling`}";
  private static final String NORMALIZE =
      "{`idx`: 2, `name`: `2`, `path`: `2_Normalize`,"
          + " `type`: `sentence_transformers.models.Normalize`}";
  private static final String MEAN = "{`pooling_mode_mean_tokens`: true}";
  private static final String DOT = "{`similarity_fn_name`: `dot`}";

  @TempDir private Path folder;

  private Device device;

  @BeforeEach
  void open() throws IOException {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    TinyCheckpoint.bert(folder, 1);
    write("modules.json", "[" + TRANSFORMER + "," + POOLING + "]");
    write("1_Pooling/config.json", MEAN);
  }

  @AfterEach
  void close() {
    device.close();
  }

  private void write(String name, String json) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, json.replace('`', '"'));
  }

  private float score() {
    try (LoadedModel loaded = LoadedModel.open(folder, device);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      ModelInfo info = loaded.model().info();
      int longest = GlueEvaluation.longest(loaded.model(), loaded.tokenizer(), 20);
      List<TokenSequence> texts =
          List.of(
              loaded.tokenizer().encode("good film not very bad", null, longest),
              loaded.tokenizer().encode("The plot.", null, longest));
      float[] both = loaded.model().forward(ops, TokenBatch.of(scope, texts, info)).toFloats();
      float[] first = Arrays.copyOf(both, both.length / 2);
      float[] second = Arrays.copyOfRange(both, both.length / 2, both.length);
      return info.score().of(first, second);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{`pooling_mode_mean_tokens`: true} | 2.987037",
        "{`word_embedding_dimension`: 12} | 2.987037",
        "{`pooling_mode_cls_token`: true, `pooling_mode_mean_tokens`: false} | 3.025019",
        "{`pooling_mode_lasttoken`: true} | 2.932163",
        "{`pooling_mode`: `cls`, `pooling_mode_mean_tokens`: true} | 3.025019",
        "{`pooling_mode_mean_tokens`: true, `pooling_mode_cls_token`: true} | 6.012055",
        "{`pooling_mode`: [`lasttoken`, `cls`, `mean`], `include_prompt`: true} | 8.944219",
      })
  void tokensArePooledAsAsked(String pooling, float expected) throws IOException {
    write("1_Pooling/config.json", pooling);
    write("config_sentence_transformers.json", DOT);
    assertEquals(expected, score(), 5e-6f);
  }

  @Test
  void embeddingsAreComparedAsAsked() throws IOException {
    assertEquals(0.999833f, score(), 1e-6f);
    write("config_sentence_transformers.json", "{`similarity_fn_name`: `euclidean`}");
    assertEquals(-0.032556f, score(), 1e-6f);
    write("config_sentence_transformers.json", "{`similarity_fn_name`: `manhattan`}");
    assertEquals(-0.068554f, score(), 1e-6f);
    write("config_sentence_transformers.json", DOT);
    write("modules.json", "[" + TRANSFORMER + "," + POOLING + "," + NORMALIZE + "]");
    assertEquals(0.999833f, score(), 1e-6f);
  }

  @Test
  void textsArePreparedAsAsked() throws IOException {
    String named = "{`similarity_fn_name`: `dot`, `prompts`: {`q`: `very bad `}";
    write("config_sentence_transformers.json", named + ", `default_prompt_name`: `q`}");
    assertEquals(2.998533f, score(), 5e-6f);
    write("config_sentence_transformers.json", named + "}");
    assertEquals(2.987037f, score(), 5e-6f);
    write("sentence_bert_config.json", "{`max_seq_length`: 4, `do_lower_case`: false}");
    assertEquals(2.959802f, score(), 5e-6f);
    Files.delete(folder.resolve("sentence_bert_config.json"));
    write("sentence_roberta_config.json", "{`max_seq_length`: 4}");
    assertEquals(2.959802f, score(), 5e-6f);
    Files.delete(folder.resolve("sentence_roberta_config.json"));
    write("tokenizer_config.json", "{`model_max_length`: 4}");
    assertEquals(2.959802f, score(), 5e-6f);
    write("tokenizer_config.json", "{`model_max_length`: 1e30}");
    assertEquals(2.987037f, score(), 5e-6f);
  }

  @Test
  void lettersBecomeSmallWhereAsked() throws IOException {
    write("tokenizer_config.json", "{`do_lower_case`: false}");
    float cased = score();
    write("sentence_bert_config.json", "{`do_lower_case`: true}");
    assertEquals(0.999833f, score(), 1e-6f);
    assertTrue(Math.abs(cased - 0.999833f) > 1e-6f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "1_Pooling/config.json | {`pooling_mode_max_tokens`: true} | 'max'",
        "1_Pooling/config.json | {`pooling_mode_mean_sqrt_len_tokens`: true} | mean_sqrt_len_tokens",
        "1_Pooling/config.json | {`pooling_mode`: [`mean`, `weightedmean`]} | 'weightedmean'",
        "1_Pooling/config.json | {`pooling_mode`: `median`} | 'median' is unknown",
        "1_Pooling/config.json | {`pooling_mode`: []} | names no mode",
        "1_Pooling/config.json | {`pooling_mode`: 3} | 'pooling_mode' must be",
        "1_Pooling/config.json | {`pooling_mode_cls_token`: `yes`} | pooling_mode_cls_token",
        "1_Pooling/config.json | [] | no JSON object",
        "sentence_bert_config.json | {`max_seq_length`: 0} | max_seq_length",
        "sentence_bert_config.json | {`max_seq_length`: -3} | max_seq_length",
        "sentence_bert_config.json | {`max_seq_length`: `4`} | max_seq_length",
        "sentence_bert_config.json | {`do_lower_case`: 1} | do_lower_case",
        "sentence_bert_config.json | {`model_args`: {`a`: 1}} | model_args",
        "sentence_bert_config.json | {`config_kwargs`: {`a`: 1}} | config_kwargs",
        "sentence_bert_config.json | {`processing_kwargs`: {`a`: {}}} | processing_kwargs",
        "sentence_bert_config.json | {`tokenizer_name_or_path`: `a`} | tokenizer_name_or_path",
        "sentence_bert_config.json | {`transformer_task`: `fill-mask`} | transformer_task",
        "sentence_bert_config.json | {`module_output_name`: `scores`} | module_output_name",
        "sentence_bert_config.json | {`modality_config`: {`image`: {}}} | modality_config",
        "config_sentence_transformers.json | {`similarity_fn_name`: `maxsim`} | 'maxsim'",
        "config_sentence_transformers.json | {`model_type`: `SparseEncoder`} | model_type",
        "config_sentence_transformers.json | {`model_type`: `CrossEncoder`} | with a pooling",
        "config_sentence_transformers.json | {`default_prompt_name`: `q`} | 'q', not in 'prompts'",
        "config_sentence_transformers.json | {`truncate_dim`: 8} | truncate_dim",
        "modules.json | {} | no list of modules",
        "modules.json | [ | no readable JSON",
        "modules.json | [] | no transformer",
        "modules.json | [1] | each module must have",
        "modules.json | [{`path`: 3, `type`: `sentence_transformers.models.Transformer`}] | each",
        "modules.json | [{`path`: ``, `type`: `sentence_transformers.models.Transformer`}]"
            + " | names no pooling",
        "modules.json | [{`path`: `../x`, `type`: `sentence_transformers.models.Transformer`}]"
            + " | leads out",
        "modules.json | [{`path`: `/x`, `type`: `sentence_transformers.models.Transformer`}]"
            + " | leads out",
        "modules.json | [{`path`: ``, `type`: `mine.Transformer`}] | 'mine.Transformer'",
        "modules.json | [{`path`: ``, `type`: `sentence_transformers.models.Pooling`}] | Pooling",
        "modules.json | [{`path`: ``, `type`: `sentence_transformers.models.StaticEmbedding`}]"
            + " | StaticEmbedding",
        "modules.json | [{`path`: ``, `type`: `sentence_transformers.models.Router`}] | Router",
      })
  void whatIsNotSupportedIsRefusedInOneLine(String file, String json, String told)
      throws IOException {
    write(file, json);
    requireRefused(told);
  }

  @ParameterizedTest
  @CsvSource({"Dense", "LayerNorm", "CNN", "LSTM", "WordWeights", "Pooling", "Transformer", "Asym"})
  void otherModulesAfterThePoolingAreRefused(String kind) throws IOException {
    String type = "sentence_transformers.models." + kind;
    String other = "{`idx`: 2, `name`: `2`, `path`: `1_Pooling`, `type`: `" + type + "`}";
    write("modules.json", "[" + TRANSFORMER + "," + POOLING + "," + other + "]");
    requireRefused(type);
  }

  @Test
  void aNormalizationBeforeThePoolingIsRefused() throws IOException {
    write("modules.json", "[" + TRANSFORMER + "," + NORMALIZE + "," + POOLING + "]");
    requireRefused("Normalize");
  }

  @Test
  void distancesOfNormalizedEmbeddingsAreRefused() throws IOException {
    write("modules.json", "[" + TRANSFORMER + "," + POOLING + "," + NORMALIZE + "]");
    write("config_sentence_transformers.json", "{`similarity_fn_name`: `euclidean`}");
    requireRefused("euclidean");
  }

  @Test
  void aPromptThatIsNotPooledIsRefused() throws IOException {
    write("1_Pooling/config.json", "{`pooling_mode`: `mean`, `include_prompt`: false}");
    write(
        "config_sentence_transformers.json",
        "{`prompts`: {`q`: `very `}, `default_prompt_name`: `q`}");
    requireRefused("default_prompt_name");
  }

  private void requireRefused(String told) {
    InputException refused =
        assertThrows(InputException.class, () -> LoadedModel.open(folder, device).close());
    assertTrue(refused.getMessage().contains(told), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
  }

  @Test
  void aCrossEncodersDirectoryIsAClassifiers() throws IOException {
    write("modules.json", "[" + TRANSFORMER + "]");
    write(
        "config_sentence_transformers.json",
        "{`model_type`: `CrossEncoder`,"
            + " `activation_fn`: `torch.nn.modules.activation.Sigmoid`}");
    write(
        "sentence_bert_config.json",
        "{`transformer_task`: `sequence-classification`, `module_output_name`: `scores`,"
            + " `modality_config`: {`text`: {`method`: `forward`,"
            + " `method_output_name`: `logits`}}}");
    try (LoadedModel loaded = LoadedModel.open(folder, device)) {
      assertEquals(Output.SCORE, loaded.model().info().output());
      assertEquals(ScoreFunction.SIGMOID, loaded.model().info().score());
    }
  }

  @Test
  void trainingGoesOnWithoutACrossEncodersActivation() throws IOException {
    Files.delete(folder.resolve("modules.json"));
    TinyModels.set(
        folder,
        "{\"sbert_ce_default_activation_function\": \"torch.nn.modules.activation.Sigmoid\"}");
    try (LoadedModel loaded = LoadedModel.open(folder, device)) {
      assertEquals(ScoreFunction.SIGMOID, loaded.model().info().score());
      assertEquals(0.5f, loaded.model().info().score().of(0f));
    }
    try (TaskModel model =
        TaskModel.open(folder, GlueTasks.official().get("stsb"), TrainingStart.stored(1), device)) {
      assertEquals(ScoreFunction.IDENTITY, model.model().info().score());
      assertTrue(!model.config().has("sbert_ce_default_activation_function"));
    }
  }
}
