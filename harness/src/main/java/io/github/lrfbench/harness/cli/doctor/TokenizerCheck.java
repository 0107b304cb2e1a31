package io.github.lrfbench.harness.cli.doctor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.tokenize.Tokenizers;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Splits a word by a vocabulary of seven tokens, which needs the tokenizer's native library. */
final class TokenizerCheck {
  private static final String SUBJECT = "tokenizer";
  private static final List<String> VOCABULARY =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "low", "##rank");
  private static final int[] EXPECTED = {2, 5, 6, 3};

  private TokenizerCheck() {}

  static Finding run() {
    try {
      Path folder = Files.createTempDirectory("lrfbench-doctor");
      Path vocabulary = folder.resolve("vocab.txt");
      try {
        Files.write(vocabulary, VOCABULARY);
        return tokenize(folder);
      } finally {
        Files.deleteIfExists(vocabulary);
        Files.delete(folder);
      }
    } catch (IOException e) {
      return Finding.bad(SUBJECT, "no temporary file can be made: " + OneLine.reason(e));
    } catch (InputException e) {
      return Finding.bad(SUBJECT, e.getMessage());
    }
  }

  private static Finding tokenize(Path folder) {
    try (Tokenizer tokenizer =
        Tokenizers.open(folder, JsonNodeFactory.instance.objectNode().put("model_type", "bert"))) {
      int[] ids = tokenizer.encode("lowrank", null, EXPECTED.length).ids();
      return Arrays.equals(ids, EXPECTED)
          ? Finding.good(SUBJECT, "the native library works")
          : Finding.bad(SUBJECT, "wrong tokens: " + Arrays.toString(ids));
    }
  }
}
