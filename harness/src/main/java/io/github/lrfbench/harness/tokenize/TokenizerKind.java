package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The classes of tokenizers in transformers. All but {@link #GENERIC} take nothing but the
 * vocabulary, the added tokens and at most the post-processor from a {@code tokenizer.json}, and
 * make the rest from their settings and defaults.
 */
enum TokenizerKind {
  BERT(Defaults.BERT, true, "BertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"),
  DISTILBERT(Defaults.BERT, false, "DistilBertTokenizer"),
  ROBERTA(Defaults.ROBERTA, false, "RobertaTokenizer", "LongformerTokenizer"),
  GPT2(Defaults.GPT2, false, "GPT2Tokenizer"),
  ALBERT(Defaults.ALBERT, false, "AlbertTokenizer"),
  GENERIC(Map.of(), false, "PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend");

  private final Map<String, String> defaults;
  private final boolean typed;
  private final List<String> classes;

  TokenizerKind(Map<String, String> defaults, boolean typed, String... classes) {
    this.defaults = defaults;
    this.typed = typed;
    this.classes = List.of(classes);
  }

  /**
   * The class that {@code AutoTokenizer} would take.
   *
   * @param file where the class is named, for complaints
   * @param name the class that the tokenizer's or the model's settings name, or null
   * @param directory whose files tell the class where the model's type is not known
   */
  static TokenizerKind of(Path file, String name, JsonNode config, Path directory) {
    if (name != null) {
      for (TokenizerKind kind : values()) {
        if (kind.classes.contains(name)
            || name.endsWith("Fast")
                && kind.classes.contains(name.substring(0, name.length() - 4))) {
          return kind;
        }
      }
      throw Faults.of(
          file, "'tokenizer_class' is " + Faults.quote(name) + ", which is not supported");
    }
    return switch (config.path("model_type").asText("").toLowerCase(Locale.ROOT)) {
      case "bert", "distilbert" -> BERT;
      case "roberta" -> ROBERTA;
      case "gpt2" -> GPT2;
      case "albert" -> ALBERT;
      default -> guess(directory);
    };
  }

  private static TokenizerKind guess(Path directory) {
    if (Files.exists(directory.resolve("tokenizer.json"))) {
      return GENERIC;
    }
    return Files.exists(directory.resolve("vocab.txt")) ? BERT : ROBERTA;
  }

  /** True if texts are cut into pieces of words, and not of bytes. */
  boolean isWordPiece() {
    return this == BERT || this == DISTILBERT;
  }

  /** The token that a name such as {@code cls_token} stands for where no file says; or null. */
  String defaultToken(String name) {
    return defaults.get(name);
  }

  /** Whether models are given the tokens' types unless {@code model_input_names} says otherwise. */
  boolean isTyped() {
    return typed;
  }

  /** The name of the class. */
  String className() {
    return classes.get(0);
  }

  private static final class Defaults {
    static final Map<String, String> BERT =
        Map.of(
            "unk_token", "[UNK]",
            "sep_token", "[SEP]",
            "pad_token", "[PAD]",
            "cls_token", "[CLS]",
            "mask_token", "[MASK]");
    static final Map<String, String> ROBERTA =
        Map.of(
            "bos_token", "<s>",
            "eos_token", "</s>",
            "sep_token", "</s>",
            "cls_token", "<s>",
            "unk_token", "<unk>",
            "pad_token", "<pad>",
            "mask_token", "<mask>");
    static final Map<String, String> ALBERT =
        Map.of(
            "bos_token", "[CLS]",
            "eos_token", "[SEP]",
            "unk_token", "<unk>",
            "sep_token", "[SEP]",
            "pad_token", "<pad>",
            "cls_token", "[CLS]",
            "mask_token", "[MASK]");
    static final Map<String, String> GPT2 =
        Map.of(
            "unk_token", "<|endoftext|>",
            "bos_token", "<|endoftext|>",
            "eos_token", "<|endoftext|>");
  }
}
