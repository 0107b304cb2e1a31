package io.github.lrfbench.harness.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A tokenizer in the native library that DJL brings. Encodings are read through DJL's JNI class,
 * since {@code HuggingFaceTokenizer.encode} also copies token texts, masks and offsets, and cannot
 * change the length to which texts are cut.
 */
final class NativeTokenizer implements Tokenizer {
  /** The length to which texts are cut until another is asked for. */
  static final int INITIAL_MAX_LENGTH = 512;

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;
  private final TokenizersLibrary library = TokenizersLibrary.LIB;
  private final int vocabularySize;
  private final int specialsAroundOne;
  private final int specialsAroundPair;
  private int maxLength = INITIAL_MAX_LENGTH;

  private NativeTokenizer(Path file, HuggingFaceTokenizer tokenizer, int vocabularySize) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.specialsAroundOne = encode("", null).length();
    this.specialsAroundPair = encode("", "").length();
  }

  static NativeTokenizer open(TokenizerDefinition definition) {
    HuggingFaceTokenizer tokenizer = DjlLibrary.open(definition);
    try {
      return new NativeTokenizer(definition.file(), tokenizer, definition.vocabularySize());
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
    return library.decode(tokenizer.getHandle(), wide, true);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
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
      throw Faults.of(file, "cannot encode a text: " + e.getMessage());
    }
    try {
      long[] ids = library.getTokenIds(encoding);
      requireInVocabulary(ids);
      return new TokenSequence(narrow(ids), narrow(library.getTypeIds(encoding)));
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  private void requireInVocabulary(long[] ids) {
    for (long id : ids) {
      if (id < 0 || id >= vocabularySize) {
        throw Faults.of(file, "yields the id " + id + ", beyond its vocabulary");
      }
    }
  }

  private static int[] narrow(long[] values) {
    int[] narrow = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (int) values[i];
    }
    return narrow;
  }
}
