package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** The files of a tokenizer in a directory, put together as a class of transformers does it. */
final class TokenizerFolder {
  private final Path directory;
  private final Notes notes;
  private final TokenizerSettings settings;
  private final TokenizerKind kind;
  private final JsonNode config;
  private final String type;
  private final boolean lowerCase;

  /**
   * Looks at a directory.
   *
   * @param lowerCase whether letters become small first
   */
  TokenizerFolder(Path directory, JsonNode config, boolean lowerCase, Notes notes) {
    this.lowerCase = lowerCase;
    this.directory = directory;
    this.notes = notes;
    this.settings = TokenizerSettings.read(directory, notes);
    String name = settings.className().orElse(config.path("tokenizer_class").textValue());
    Path file =
        settings.className().isPresent() ? settings.file() : directory.resolve("config.json");
    this.kind = TokenizerKind.of(file, name, config, directory);
    this.config = config;
    this.type = config.path("model_type").asText("");
  }

  /**
   * The tokenizer.
   *
   * @param limit how many embeddings the model has
   */
  TokenizerDefinition definition(int limit) {
    Path whole = directory.resolve("tokenizer.json");
    if (Files.exists(whole)) {
      return ofWhole(whole, JsonFile.read(whole), limit);
    }
    Path words = directory.resolve("vocab.txt");
    if (kind.isWordPiece() && Files.exists(words)) {
      ObjectNode vocabulary = BertVocabulary.read(words);
      return complete(
          words, BertVocabulary.definition(words, vocabulary, settings), vocabulary, null, limit);
    }
    for (List<String> names :
        List.of(List.of("vocab.json", "merges.txt"), List.of("encoder.json", "vocab.bpe"))) {
      Path file = directory.resolve(names.get(0));
      Path merges = directory.resolve(names.get(1));
      boolean bytePairs = kind == TokenizerKind.ROBERTA || kind == TokenizerKind.GPT2;
      if (bytePairs && Files.exists(file) && Files.exists(merges)) {
        ObjectNode json =
            BytePairVocabulary.definition(
                JsonFile.read(file), BytePairVocabulary.merges(merges), settings);
        return complete(file, json, vocabulary(file, json), null, limit);
      }
    }
    throw Faults.of(
        directory,
        "holds no tokenizer: "
            + switch (kind) {
              case BERT, DISTILBERT -> kind.className() + " needs tokenizer.json or vocab.txt";
              case ROBERTA, GPT2 ->
                  kind.className()
                      + " needs tokenizer.json, vocab.json and merges.txt, or encoder.json and"
                      + " vocab.bpe";
              case ALBERT ->
                  kind.className()
                      + " needs tokenizer.json, which transformers makes of spiece.model"
                      + " (AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR))";
              case GENERIC -> kind.className() + " needs tokenizer.json";
            });
  }

  private TokenizerDefinition ofWhole(Path file, ObjectNode whole, int limit) {
    JsonFields fields = JsonFields.of(file, whole);
    ObjectNode vocabulary = vocabulary(file, whole);
    if (kind == TokenizerKind.GENERIC) {
      return complete(file, whole, vocabulary, fields, limit);
    }
    JsonFields model = fields.object("model");
    String type =
        kind == TokenizerKind.ALBERT ? "Unigram" : kind.isWordPiece() ? "WordPiece" : "BPE";
    if (!ModelChecker.type(model).equals(type)) {
      throw model.fault(model.pathOf("type") + " must be '" + type + "' for a " + kind.className());
    }
    ObjectNode json =
        kind == TokenizerKind.ALBERT
            ? UnigramVocabulary.definition(model.array("vocab"), whole.path("normalizer"), settings)
            : kind.isWordPiece()
                ? BertVocabulary.definition(file, vocabulary, settings)
                : BytePairVocabulary.definition(vocabulary, model.array("merges"), settings);
    for (String part : List.of("normalizer", "pre_tokenizer", "model")) {
      if (isOther(whole.path(part), json.path(part))) {
        notes.add(
            file,
            Faults.quote(part)
                + " is passed over: as in transformers 5, "
                + kind.className()
                + " goes by tokenizer_config.json and its defaults");
      }
    }
    return complete(file, json, vocabulary, fields, limit);
  }

  /** True if a part of a file says something else than that which takes its place. */
  private static boolean isOther(JsonNode given, JsonNode taken) {
    if (!taken.isObject()) {
      return given.isObject();
    }
    if (!given.path("type").equals(taken.path("type")) && given.has("type")) {
      return true;
    }
    return taken.properties().stream()
        .anyMatch(
            entry ->
                given.has(entry.getKey()) && !given.get(entry.getKey()).equals(entry.getValue()));
  }

  private static ObjectNode vocabulary(Path file, ObjectNode json) {
    return ModelChecker.vocabulary(JsonFields.of(file, json).object("model"));
  }

  /** Adds what every class adds. */
  private TokenizerDefinition complete(
      Path file, ObjectNode json, ObjectNode vocabulary, JsonFields whole, int limit) {
    if (lowerCase) {
      json.set("normalizer", Components.lowerCase(json.path("normalizer")));
    }
    AddedTokens added =
        AddedTokens.of(
            directory,
            settings,
            kind,
            whole,
            vocabulary,
            json.hasNonNull("normalizer"),
            field(whole, "padding", "pad_token"),
            notes);
    String direction = field(whole, "truncation", "direction");
    boolean left = settings.truncatesLeft("Left".equals(direction));
    boolean wordPiece = json.path("model").path("type").asText("WordPiece").equals("WordPiece");
    return new TokenizerDefinition(
        file,
        DefinitionChecker.check(file, json, added),
        frame(file, whole, added, limit),
        left,
        added.declaredSize(),
        added.size(),
        types(),
        settings.maxLength(),
        prefixToken(added, limit),
        wordPiece && settings.bool("clean_up_tokenization_spaces").orElse(false));
  }

  private Frame frame(Path file, JsonFields whole, AddedTokens added, int limit) {
    // Read where it does not count as well: a file that is not well formed is nobody's tokenizer.
    Frame given =
        whole == null ? null : new PostProcessors(added.size()).read(whole, "post_processor");
    return switch (kind) {
      case BERT, DISTILBERT, ALBERT ->
          Frame.bert(
              marker("cls_token", file, added, limit), marker("sep_token", file, added, limit));
      case ROBERTA ->
          Frame.roberta(
              marker("cls_token", file, added, limit), marker("sep_token", file, added, limit));
      case GPT2, GENERIC ->
          // As in transformers, these two do not count beside a tokenizer.json.
          given == null
              ? Frame.around(
                  around("add_bos_token", "bos_token", added),
                  around("add_eos_token", "eos_token", added))
              : given;
    };
  }

  /** The id of a token that stands around texts. */
  private int marker(String name, Path file, AddedTokens added, int limit) {
    String token = settings.marker(name, kind);
    int id = added.ids().get(token);
    if (id >= added.declaredSize() && (id >= limit || limit == Integer.MAX_VALUE)) {
      throw Faults.of(file, "the vocabulary has no token " + Faults.quote(token));
    }
    return id;
  }

  /** The id of a token that a setting puts beside texts, or null. */
  private Integer around(String setting, String name, AddedTokens added) {
    String token = settings.bool(setting).orElse(false) ? content(name) : null;
    if (token != null && token.isEmpty()) {
      throw Faults.of(
          settings.file(), "'" + setting + "' is true, but " + Faults.quote(name) + " is empty");
    }
    return token == null ? null : added.ids().get(token);
  }

  /** The token of a name, or null. */
  private String content(String name) {
    return settings.says(name)
        ? settings.token(name).map(AddedToken::content).orElse(null)
        : kind.defaultToken(name);
  }

  private OptionalInt prefixToken(AddedTokens added, int limit) {
    String begin = content("bos_token");
    Integer id = added.ids().get(begin == null ? content("eos_token") : begin);
    return id == null || id >= limit ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** A text within an object of the file, or null. */
  private static String field(JsonFields whole, String object, String name) {
    return whole != null && whole.has(object) ? whole.object(object).string(name, null) : null;
  }

  /** How many types of tokens the model knows; 0 if it is not given them. */
  private int types() {
    boolean typed = settings.givesTypes(kind.isTyped());
    if (!typed) {
      return 0;
    }
    if (!type.equals("gpt2")) {
      return config.path("type_vocab_size").asInt(2);
    }
    if (config.path("architectures").toString().contains("SequenceClassification")) {
      throw Faults.of(
          settings.file(),
          "a GPT-2 that classifies by 'token_type_ids' is not supported; 'model_input_names' must"
              + " not hold them");
    }
    notes.add(settings.file(), "'token_type_ids' are not given to a GPT-2");
    return 0;
  }
}
