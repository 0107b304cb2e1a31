package io.github.lrfbench.harness.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The tokenizer of the demo GPT-2, learned from the synthetic texts. */
public final class DemoBytePairs {
  /** The number of tokens. */
  public static final int SIZE = 1024;

  /** The id of the token that ends a text. */
  public static final int END = SIZE - 1;

  private static final int EXAMPLES = 10_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private DemoBytePairs() {}

  /**
   * The tokenizer in Hugging Face's format, {@code tokenizer.json}, learned anew (takes about a
   * second).
   */
  public static String tokenizerJson() {
    return json(BytePairs.learn(DemoCorpus.training(EXAMPLES), SIZE));
  }

  static String json(BytePairs pairs) {
    List<String> tokens = pairs.tokens();
    ObjectNode json = MAPPER.createObjectNode().put("version", "1.0");
    json.putNull("truncation").putNull("padding");
    json.putArray("added_tokens")
        .addObject()
        .put("id", tokens.indexOf(BytePairs.END))
        .put("content", BytePairs.END)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    json.putNull("normalizer");
    json.set("pre_tokenizer", byteLevel());
    json.set("post_processor", byteLevel());
    json.set("decoder", byteLevel());
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    pairs.merges().forEach(pair -> merges.add(pair.left() + " " + pair.right()));
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can be written", e);
    }
  }

  private static ObjectNode byteLevel() {
    return MAPPER
        .createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
  }
}
