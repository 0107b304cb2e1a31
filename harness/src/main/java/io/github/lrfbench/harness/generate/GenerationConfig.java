package io.github.lrfbench.harness.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How a model wants to be asked for text: what its {@code generation_config.json} says of what can
 * be set here. The rest of such a file is passed over.
 *
 * @param ends tokens that end a text
 * @param limit how long a text may become
 * @param draws whether tokens are drawn
 * @param temperature of drawing
 * @param topK of drawing
 * @param topP of drawing
 * @param beams hypotheses that are followed at once
 * @param lengthPenalty of beam search
 * @param earlyStopping of beam search
 * @param noRepeatNgram runs of so many tokens occur once only
 */
public record GenerationConfig(
    Set<Integer> ends,
    Optional<LengthLimit> limit,
    boolean draws,
    Optional<Double> temperature,
    Optional<Integer> topK,
    Optional<Double> topP,
    Optional<Integer> beams,
    Optional<Double> lengthPenalty,
    Optional<Boolean> earlyStopping,
    Optional<Integer> noRepeatNgram) {
  /** The file in a model directory. */
  public static final String FILE = "generation_config.json";

  /** That of a model that says nothing. */
  public static final GenerationConfig NONE =
      parse(JsonFields.of(Path.of(FILE), JsonNodeFactory.instance.objectNode()), Set.of());

  private static final String END = "eos_token_id";

  /** What transformers takes where a file has tokens drawn and does not say from how many. */
  private static final int USUAL_TOP_K = 50;

  /**
   * Reads a model directory. Where the file, or the end of texts in it, is missing, the end is that
   * of {@code config.json}.
   *
   * @throws io.github.lrfbench.kernels.InputException if a value is of the wrong type
   */
  public static GenerationConfig read(Path directory) {
    Set<Integer> ends = ends(fields(directory.resolve("config.json")));
    Path file = directory.resolve(FILE);
    return Files.exists(file)
        ? parse(fields(file), ends)
        : parse(JsonFields.of(file, JsonNodeFactory.instance.objectNode()), ends);
  }

  private static JsonFields fields(Path file) {
    return JsonFields.of(file, JsonFile.read(file));
  }

  private static GenerationConfig parse(JsonFields json, Set<Integer> otherEnds) {
    boolean draws = json.bool("do_sample").orElse(false);
    Optional<Integer> topK = optional(json, "top_k", json::index);
    return new GenerationConfig(
        json.has(END) ? ends(json) : otherEnds,
        optional(json, "max_new_tokens", json::index)
            .map(LengthLimit::ofContinuation)
            .or(() -> optional(json, "max_length", json::index).map(LengthLimit::ofText)),
        draws,
        optional(json, "temperature", json::number),
        draws ? topK.or(() -> Optional.of(USUAL_TOP_K)) : topK,
        optional(json, "top_p", json::number),
        optional(json, "num_beams", json::index),
        optional(json, "length_penalty", json::number),
        json.bool("early_stopping"),
        optional(json, "no_repeat_ngram_size", json::index));
  }

  private static <T> Optional<T> optional(
      JsonFields json, String name, Function<String, T> reader) {
    return json.has(name) ? Optional.of(reader.apply(name)) : Optional.empty();
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
