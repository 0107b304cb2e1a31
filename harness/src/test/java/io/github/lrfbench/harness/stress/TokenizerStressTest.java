package io.github.lrfbench.harness.stress;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.tokenize.TokenizerMutants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No damaged tokenizer that is let through, and no text, ends the process. */
@Tag("stress")
class TokenizerStressTest {
  private static final int TRIES = Integer.getInteger("lrfbench.stress.tries", 30_000);
  private static final long SEED = Long.getLong("lrfbench.stress.seed", 20);

  /** Each is long enough to be read in pieces now and then. */
  private static final int TEXTS = 1000;

  @TempDir private Path folder;

  static List<String> kinds() {
    return TokenizerMutants.KINDS;
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void damagedTokenizers(String kind) throws IOException {
    Random random = new Random(SEED);
    int opened = 0;
    for (int i = 0; i < TRIES; i++) {
      JsonNode config = TokenizerMutants.write(folder, kind, random.nextLong());
      opened += TokenizerMutants.opens(folder, config, text(random, 40)) ? 1 : 0;
    }
    System.out.println(
        kind + ": seed " + SEED + ", " + TRIES + " mutations, " + opened + " were opened");
    assertTrue(opened > 0 && opened < TRIES);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void oddTexts(String kind) throws IOException {
    Random random = new Random(SEED);
    JsonNode config;
    do {
      config = TokenizerMutants.write(folder, kind, random.nextLong());
    } while (!TokenizerMutants.opens(folder, config));
    String[] texts = new String[TEXTS];
    for (int i = 0; i < TEXTS; i++) {
      texts[i] = text(random, 20_000);
    }
    TokenizerMutants.opens(folder, config, texts);
    System.out.println(kind + ": seed " + SEED + ", " + TEXTS + " texts");
  }

  /** Characters of all blocks, unpaired surrogates among them, and long runs of one. */
  private static String text(Random random, int longest) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(longest);
    while (text.length() < length) {
      char c =
          switch (random.nextInt(4)) {
            case 0 -> (char) random.nextInt(Character.MAX_VALUE + 1);
            case 1 -> ' ';
            case 2 -> (char) (0x300 + random.nextInt(0x70));
            default -> (char) random.nextInt(0x80);
          };
      text.append(String.valueOf(c).repeat(random.nextInt(20) == 0 ? random.nextInt(500) : 1));
    }
    return text.toString();
  }
}
