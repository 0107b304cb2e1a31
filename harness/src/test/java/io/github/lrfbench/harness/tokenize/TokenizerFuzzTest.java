package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mutated tokenizers work or are refused in one line; the native library never ends the process.
 */
class TokenizerFuzzTest {
  private static final int MUTANTS = 1000;

  @TempDir Path folder;

  static List<String> kinds() {
    return TokenizerMutants.KINDS;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void onlyClearErrors(String kind) throws IOException {
    int opened = 0;
    for (int seed = 0; seed < MUTANTS; seed++) {
      opened += TokenizerMutants.opens(folder, TokenizerMutants.write(folder, kind, seed)) ? 1 : 0;
    }
    assertTrue(opened > MUTANTS / 50 && opened < MUTANTS, opened + " were opened");
  }
}
