package io.github.lrfbench.harness.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How a model wants to be asked for text: what its {@code generation_config.json} says, or, where
 * there is no such file, its {@code config.json}.
 *
 * @param file where it was read
 * @param ends tokens that end a text
 * @param limit how long a text may become
 * @param draws whether tokens are drawn
 * @param temperature of drawing
 * @param topK of drawing
 * @param topP of drawing
 * @param cutoffs of drawing
 * @param beams hypotheses that are followed at once
 * @param lengthPenalty of beam search
 * @param earlyStopping of beam search
 * @param rules what changes scores of tokens
 */
public record GenerationConfig(
    Path file,
    Set<Integer> ends,
    Optional<LengthLimit> limit,
    boolean draws,
    Optional<Double> temperature,
    Optional<Integer> topK,
    Optional<Double> topP,
    Cutoffs cutoffs,
    Optional<Integer> beams,
    Optional<Double> lengthPenalty,
    Optional<EarlyStopping> earlyStopping,
    ScoreRules rules) {
  /** The file in a model directory. */
  public static final String FILE = "generation_config.json";

  /** That of a model that says nothing. */
  public static final GenerationConfig NONE =
      parse(Path.of(FILE), JsonNodeFactory.instance.objectNode(), 0);

  private static final String END = "eos_token_id";

  /** What transformers takes where a file has tokens drawn and does not say from how many. */
  private static final int USUAL_TOP_K = 50;

  /**
   * Reads a model directory.
   *
   * @param vocabulary how many tokens the model has
   * @param notes is told what is passed over
   * @throws InputException if a value is wrong, or asks for what is not supported
   */
  public static GenerationConfig read(Path directory, int vocabulary, Notes notes) {
    Path own = directory.resolve(FILE);
    boolean exists = Files.exists(own);
    Path file = exists ? own : directory.resolve("config.json");
    ObjectNode json = JsonFile.read(file);
    // Beside these keys config.json has those of the model.
    GenerationKeys.TABLE.check(file, json, exists ? notes : new Notes());
    GenerationConfig config = parse(file, json, vocabulary);
    if (config.ends.isEmpty()) {
      notes.add(file, "has no '" + END + "', so texts end by their length only");
    }
    return config;
  }

  private static GenerationConfig parse(Path file, ObjectNode object, int vocabulary) {
    JsonFields json = JsonFields.of(file, object);
    boolean draws = json.bool("do_sample").orElse(false);
    Optional<Integer> topK = optional(json, "top_k", json::index);
    Set<Integer> ends = ends(json);
    return new GenerationConfig(
        file,
        ends,
        count(json, "max_new_tokens", Integer.MAX_VALUE)
            .map(LengthLimit::ofContinuation)
            .or(() -> count(json, "max_length", Integer.MAX_VALUE).map(LengthLimit::ofText)),
        draws,
        optional(json, "temperature", json::number),
        draws ? topK.or(() -> Optional.of(USUAL_TOP_K)) : topK,
        optional(json, "top_p", json::number),
        cutoffs(json),
        count(json, "num_beams", GenerationSettings.MAX_BEAMS),
        optional(json, "length_penalty", json::number),
        earlyStopping(json),
        new ScoreRulesReader(json, ends, vocabulary).read());
  }

  private static Cutoffs cutoffs(JsonFields json) {
    try {
      return new Cutoffs(
          optional(json, "top_h", json::number),
          optional(json, "min_p", json::number).orElse(0.0),
          optional(json, "typical_p", json::number).orElse(1.0),
          optional(json, "epsilon_cutoff", json::number).orElse(0.0),
          optional(json, "eta_cutoff", json::number).orElse(0.0));
    } catch (InputException e) {
      throw json.fault(e.getMessage());
    }
  }

  private static Optional<EarlyStopping> earlyStopping(JsonFields json) {
    String name = "early_stopping";
    if (!json.has(name)) {
      return Optional.empty();
    }
    JsonNode value = json.value(name);
    if (value.isBoolean()) {
      return Optional.of(
          value.booleanValue() ? EarlyStopping.AT_ONCE : EarlyStopping.WHEN_UNLIKELY);
    }
    if ("never".equals(value.textValue())) {
      return Optional.of(EarlyStopping.WHEN_IMPOSSIBLE);
    }
    throw json.fault(json.pathOf(name) + " must be true, false or 'never'");
  }

  private static <T> Optional<T> optional(
      JsonFields json, String name, Function<String, T> reader) {
    return json.has(name) ? Optional.of(reader.apply(name)) : Optional.empty();
  }

  /** A number from 1 on. */
  private static Optional<Integer> count(JsonFields json, String name, int most) {
    Optional<Integer> count = optional(json, name, json::index);
    if (count.isPresent() && (count.get() < 1 || count.get() > most)) {
      String range = most == Integer.MAX_VALUE ? "at least 1" : "from 1 to " + most;
      throw json.fault(json.pathOf(name) + " must be " + range + ", but is " + count.get());
    }
    return count;
  }

  /** A number or a list of numbers; none where there are none. */
  private static Set<Integer> ends(JsonFields json) {
    Set<Integer> tokens = new TreeSet<>();
    if (json.value(END).isArray()) {
      for (JsonNode token : json.array(END)) {
        if (!JsonFields.isIndex(token)) {
          throw json.fault(json.pathOf(END) + " must be an index or a list of them");
        }
        tokens.add(token.intValue());
      }
    } else if (json.has(END)) {
      tokens.add(json.index(END));
    }
    return tokens;
  }
}
