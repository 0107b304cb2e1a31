package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.bert.PoolingMode;
import io.github.lrfbench.harness.model.bert.SentenceEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of a sentence-transformers directory (Reimers and Gurevych 2019): {@code modules.json}
 * names a transformer and a pooling; a normalization may follow. A cross-encoder has a transformer
 * only, which is a classifier.
 *
 * @param transformer directory of the transformer's checkpoint
 * @param encoding how sentence embeddings are made; null of a cross-encoder
 * @param activation what a cross-encoder does with its output, by the name of the class; else null
 * @param texts what is done with texts before they are tokenized
 */
record SentenceTransformer(
    Path transformer, SentenceEncoding encoding, String activation, TextPreparation texts) {
  static final String MODULES = "modules.json";
  private static final String MODEL = "config_sentence_transformers.json";
  private static final String PACKAGE = "sentence_transformers.";

  private static final KnownKeys MODULE_KEYS =
      KnownKeys.builder().inert("idx", "name").read("path", "type").refused("kwargs").build();

  private static final KnownKeys MODEL_KEYS =
      KnownKeys.builder()
          .inert("__version__", "requirements", "keep_in_fp32_modules")
          .read("prompts", "default_prompt_name", "similarity_fn_name", "activation_fn")
          .only("model_type", "SentenceTransformer", "CrossEncoder")
          .refused("truncate_dim")
          .build();

  private static final KnownKeys NORMALIZE_KEYS =
      KnownKeys.builder()
          .only("module_input_name", "sentence_embedding")
          .only("module_output_name", "sentence_embedding")
          .build();

  /** The layout of a directory, or null if it is none of sentence-transformers. */
  static SentenceTransformer detect(Path directory, Notes notes) {
    Path modules = directory.resolve(MODULES);
    if (!Files.isRegularFile(modules)) {
      return null;
    }
    Path transformer = null;
    List<PoolingMode> pooling = null;
    PoolingFile pooled = null;
    boolean normalized = false;
    for (JsonNode module : list(modules)) {
      if (!(module instanceof ObjectNode object)
          || !module.path("type").isTextual()
          || !module.path("path").isTextual()) {
        throw Faults.of(modules, "each module must have a 'type' and a 'path', which are texts");
      }
      MODULE_KEYS.check(modules, object, notes);
      String type = module.path("type").textValue();
      Path path = below(directory, modules, type, module.path("path").textValue());
      String kind = type.substring(type.lastIndexOf('.') + 1);
      boolean first = transformer == null;
      if (!type.startsWith(PACKAGE)
          || first != kind.equals("Transformer")
          || pooling == null == (kind.equals("Normalize") || kind.equals("Dropout"))) {
        throw unsupported(modules, type);
      }
      switch (kind) {
        case "Transformer" -> transformer = path;
        case "Pooling" -> {
          if (pooling != null) {
            throw unsupported(modules, type);
          }
          if (Files.isRegularFile(path.resolve("config.json"))
              && path.toAbsolutePath().equals(directory.toAbsolutePath().normalize())) {
            throw Faults.of(modules, "the pooling has no folder of its own");
          }
          pooled = PoolingFile.read(path.resolve("config.json"), notes);
          pooling = pooled.modes();
        }
        case "Normalize" -> {
          Path config = path.resolve("config.json");
          if (Files.isRegularFile(config)) {
            NORMALIZE_KEYS.check(config, JsonFile.read(config), notes);
          }
          normalized = true;
        }
        case "Dropout" -> {
          // Of training.
        }
        default -> throw unsupported(modules, type);
      }
    }
    if (transformer == null) {
      throw Faults.of(modules, "names no transformer");
    }
    return of(directory, transformer, pooled, normalized, notes);
  }

  private static SentenceTransformer of(
      Path directory, Path transformer, PoolingFile pooled, boolean normalized, Notes notes) {
    Path file = directory.resolve(MODEL);
    ObjectNode json =
        Files.isRegularFile(file) ? JsonFile.read(file) : new ObjectMapper().createObjectNode();
    MODEL_KEYS.check(file, json, notes);
    JsonFields fields = JsonFields.of(file, json);
    boolean crossEncoder = fields.string("model_type", "").equals("CrossEncoder");
    if (crossEncoder != (pooled == null)) {
      throw Faults.of(
          directory.resolve(MODULES),
          crossEncoder ? "a cross-encoder with a pooling is not supported" : "names no pooling");
    }
    String prompt = prompt(fields);
    if (!prompt.isEmpty() && (crossEncoder || !pooled.includePrompt())) {
      throw Faults.of(
          file,
          "'default_prompt_name': "
              + (crossEncoder
                  ? "a cross-encoder's prompt is not supported"
                  : "a prompt that the pooling leaves out is not supported"));
    }
    TextPreparation texts = TransformerFile.read(transformer, crossEncoder, notes).with(prompt);
    if (crossEncoder) {
      return new SentenceTransformer(transformer, null, fields.string("activation_fn", ""), texts);
    }
    return new SentenceTransformer(
        transformer,
        new SentenceEncoding(pooled.modes(), similarity(fields, normalized)),
        null,
        texts);
  }

  /** What goes before every text where no prompt is asked for by name. */
  private static String prompt(JsonFields fields) {
    String name = fields.string("default_prompt_name", "");
    if (name.isEmpty()) {
      return "";
    }
    if (!fields.has("prompts") || !fields.value("prompts").has(name)) {
      throw fields.fault("'default_prompt_name' is " + Faults.quote(name) + ", not in 'prompts'");
    }
    return fields.object("prompts").string(name, "");
  }

  private static ScoreFunction similarity(JsonFields fields, boolean normalized) {
    String name = fields.string("similarity_fn_name", "cosine");
    ScoreFunction function =
        switch (name) {
          case "cosine" -> ScoreFunction.COSINE;
          case "dot", "dot_score" -> ScoreFunction.DOT;
          case "euclidean" -> ScoreFunction.EUCLIDEAN;
          case "manhattan" -> ScoreFunction.MANHATTAN;
          default ->
              throw fields.fault("'similarity_fn_name' " + Faults.quote(name) + " is unknown");
        };
    if (!normalized || function == ScoreFunction.COSINE || function == ScoreFunction.DOT) {
      return normalized ? ScoreFunction.COSINE : function;
    }
    throw fields.fault(
        "'similarity_fn_name' "
            + Faults.quote(name)
            + " of normalized embeddings is not supported");
  }

  private static Path below(Path directory, Path modules, String type, String name) {
    try {
      Path path = directory.resolve(name).normalize();
      if (path.toAbsolutePath().startsWith(directory.toAbsolutePath().normalize())) {
        return path.toString().isEmpty() ? directory : path;
      }
    } catch (InvalidPathException e) {
      // No path at all.
    }
    throw Faults.of(modules, "the path of " + Faults.quote(type) + " leads out of the directory");
  }

  private static RuntimeException unsupported(Path modules, String type) {
    return Faults.of(modules, "the module " + Faults.quote(type) + " is not supported here");
  }

  private static List<JsonNode> list(Path modules) {
    try {
      JsonNode node = new ObjectMapper().readTree(modules.toFile());
      if (node.isArray()) {
        List<JsonNode> list = new ArrayList<>();
        node.forEach(list::add);
        return list;
      }
    } catch (IOException e) {
      throw Faults.of(modules, "is no readable JSON");
    }
    throw Faults.of(modules, "holds no list of modules");
  }
}
