package io.github.lrfbench.harness.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A tokenizer in the native library that DJL brings. Encodings are read through DJL's JNI class,
 * since {@code HuggingFaceTokenizer.encode} also copies token texts, masks and offsets, and cannot
 * change the length to which texts are cut.
 */
final class NativeTokenizer implements Tokenizer {
  /** The length to which texts are cut until another is asked for. */
  static final int INITIAL_MAX_LENGTH = 512;

  private final TokenizerDefinition definition;
  private final HuggingFaceTokenizer tokenizer;
  private final TokenizersLibrary library = TokenizersLibrary.LIB;
  private final int limit;
  private final int specialsAroundOne;
  private final int specialsAroundPair;
  private int maxLength = INITIAL_MAX_LENGTH;

  private NativeTokenizer(
      TokenizerDefinition definition, HuggingFaceTokenizer tokenizer, int limit) {
    this.definition = definition;
    this.tokenizer = tokenizer;
    this.limit = limit;
    this.specialsAroundOne = encode("", null).length();
    this.specialsAroundPair = encode("", "").length();
  }

  /**
   * Opens a tokenizer.
   *
   * @param limit texts that have a token of this id or a larger one are refused
   */
  static NativeTokenizer open(TokenizerDefinition definition, int limit) {
    HuggingFaceTokenizer tokenizer = DjlLibrary.open(definition);
    try {
      return new NativeTokenizer(definition, tokenizer, limit);
    } catch (RuntimeException | Error e) {
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public synchronized TokenSequence encode(String first, String second, int maxLength) {
    int specials = second == null ? specialsAroundOne : specialsAroundPair;
    if (maxLength <= specials) {
      throw new InputException(
          "a maximum length of "
              + maxLength
              + " tokens leaves no room beside the "
              + specials
              + " special tokens");
    }
    if (this.maxLength != maxLength) {
      library.setTruncation(tokenizer.getHandle(), maxLength, "LONGEST_FIRST", 0);
      this.maxLength = maxLength;
    }
    return encode(first, second);
  }

  @Override
  public synchronized String decode(int... ids) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    String text = library.decode(tokenizer.getHandle(), wide, true);
    return definition.cleanUp() ? cleanUp(text) : text;
  }

  @Override
  public int vocabularySize() {
    return definition.vocabularySize();
  }

  @Override
  public OptionalInt prefixToken() {
    return definition.prefixToken();
  }

  @Override
  public int maxLength() {
    return definition.maxLength();
  }

  @Override
  public synchronized void close() {
    tokenizer.close();
  }

  private TokenSequence encode(String first, String second) {
    long handle = tokenizer.getHandle();
    long encoding;
    try {
      encoding =
          second == null
              ? library.encode(handle, first, true)
              : library.encodeDual(handle, first, second, true);
    } catch (RuntimeException e) {
      throw Faults.of(definition.file(), "cannot encode a text: " + e.getMessage());
    }
    try {
      long[] ids = library.getTokenIds(encoding);
      requireInVocabulary(ids);
      return new TokenSequence(narrow(ids), types(library.getTypeIds(encoding)));
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  private void requireInVocabulary(long[] ids) {
    for (long id : ids) {
      if (id < 0 || id >= limit) {
        throw Faults.of(
            definition.file(),
            "a text yields the id " + id + ", but there are only " + limit + " embeddings");
      }
    }
  }

  private int[] types(long[] given) {
    if (definition.types() == 0) {
      return new int[given.length];
    }
    for (long type : given) {
      if (type >= definition.types()) {
        throw Faults.of(
            definition.file(),
            "gives tokens the type "
                + type
                + ", but the model's types end before "
                + definition.types());
      }
    }
    return narrow(given);
  }

  /** What transformers does to decoded texts where {@code clean_up_tokenization_spaces} is true. */
  private static String cleanUp(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  private static int[] narrow(long[] values) {
    int[] narrow = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (int) values[i];
    }
    return narrow;
  }
}
