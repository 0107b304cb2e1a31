package io.github.lrfbench.harness.tokenize;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A tokenizer in the native library that DJL brings. Encodings are read through DJL's JNI class,
 * since {@code HuggingFaceTokenizer.encode} also copies token texts, masks and offsets. Texts are
 * cut and put together here: the library keeps all that it cuts off, and of a pair every
 * combination. It encodes in several threads at once.
 */
final class NativeTokenizer implements Tokenizer {
  private final TokenizerDefinition definition;
  private final HuggingFaceTokenizer tokenizer;
  private final TokenizersLibrary library = TokenizersLibrary.LIB;
  private final TextPieces pieces;
  private final int limit;

  /** Held for reading by those who use the tokenizer, for writing by who closes it. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private NativeTokenizer(
      TokenizerDefinition definition, HuggingFaceTokenizer tokenizer, int pieceLength, int limit) {
    this.definition = definition;
    this.tokenizer = tokenizer;
    this.pieces = new TextPieces(definition.json(), pieceLength);
    this.limit = limit;
  }

  /**
   * Opens a tokenizer.
   *
   * @param limit texts that have a token of this id or a larger one are refused
   */
  static NativeTokenizer open(TokenizerDefinition definition, int limit) {
    return open(definition, TextPieces.LENGTH, limit);
  }

  /**
   * Opens a tokenizer that reads texts in pieces.
   *
   * @param pieceLength how many characters a piece has at least
   */
  static NativeTokenizer open(TokenizerDefinition definition, int pieceLength, int limit) {
    HuggingFaceTokenizer tokenizer = DjlLibrary.open(definition);
    try {
      return new NativeTokenizer(definition, tokenizer, pieceLength, limit);
    } catch (RuntimeException | Error e) {
      tokenizer.close();
      throw e;
    }
  }

  @Override
  public TokenSequence encode(String first, String second, int maxLength) {
    lock.readLock().lock();
    try {
      return encodeOpen(first, second, maxLength);
    } finally {
      lock.readLock().unlock();
    }
  }

  private TokenSequence encodeOpen(String first, String second, int maxLength) {
    int specials = definition.frame().size(second != null);
    if (maxLength <= specials) {
      throw new InputException(
          "a maximum length of "
              + maxLength
              + " tokens leaves no room beside the "
              + specials
              + " special tokens");
    }
    int room = maxLength - specials;
    KeptTokens one = read(first, room, second == null);
    KeptTokens other = second == null ? null : read(second, room, false);
    int[] kept = second == null ? null : KeptTokens.share(one.count(), other.count(), room);
    TokenSequence sequence =
        definition
            .frame()
            .join(
                one.ids(kept == null ? room : kept[0]), other == null ? null : other.ids(kept[1]));
    requireInVocabulary(sequence.ids());
    return new TokenSequence(sequence.ids(), types(sequence.types()));
  }

  @Override
  public String decode(int... ids) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    lock.readLock().lock();
    try {
      String text = library.decode(tokenizer.getHandle(), wide, true);
      return definition.cleanUp() ? cleanUp(text) : text;
    } finally {
      lock.readLock().unlock();
    }
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
  public void close() {
    lock.writeLock().lock();
    try {
      tokenizer.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Reads a text.
   *
   * @param room how many tokens are kept
   * @param alone whether it need not be read further than that
   */
  private KeptTokens read(String text, int room, boolean alone) {
    KeptTokens tokens = new KeptTokens(room, definition.left());
    for (String piece : pieces.of(text)) {
      tokens.add(ids(piece));
      if (alone && tokens.isSettled()) {
        break;
      }
    }
    return tokens;
  }

  private long[] ids(String text) {
    long handle = tokenizer.getHandle();
    long encoding;
    try {
      encoding = library.encode(handle, text, false);
    } catch (RuntimeException e) {
      throw Faults.of(definition.file(), "cannot encode a text: " + e.getMessage());
    }
    try {
      return library.getTokenIds(encoding);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  private void requireInVocabulary(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= limit) {
        throw Faults.of(
            definition.file(),
            "a text yields the id " + id + ", but there are only " + limit + " embeddings");
      }
    }
  }

  private int[] types(int[] given) {
    if (definition.types() == 0) {
      return new int[given.length];
    }
    for (int type : given) {
      if (type >= definition.types()) {
        throw Faults.of(
            definition.file(),
            "gives tokens the type "
                + type
                + ", but the model's types end before "
                + definition.types());
      }
    }
    return given;
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
}
