package io.github.lrfbench.harness.lm;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import java.nio.file.Path;

/**
 * A text as it stands in a file.
 *
 * @param file where it was read
 * @param text all of it, line ends included
 * @param sha256 hash of the file's bytes, in hexadecimal
 */
public record LmText(Path file, String text, String sha256) {
  /**
   * Reads a file.
   *
   * @throws io.github.lrfbench.kernels.InputException if there is no such file, or it is empty or
   *     no UTF-8
   */
  public static LmText read(Path file) {
    String text = TextFile.read(file);
    if (text.isEmpty()) {
      throw Faults.of(file, "is empty");
    }
    return new LmText(file, text, TextFile.sha256(text));
  }

  /**
   * The tokens of the whole text.
   *
   * @throws io.github.lrfbench.kernels.InputException if there are fewer than two
   */
  public int[] tokens(Tokenizer tokenizer) {
    int[] tokens = tokenizer.encode(text, null, Integer.MAX_VALUE).ids();
    if (tokens.length < 2) {
      throw Faults.of(
          file, "has " + tokens.length + " tokens; a language model is judged by two or more");
    }
    return tokens;
  }
}
