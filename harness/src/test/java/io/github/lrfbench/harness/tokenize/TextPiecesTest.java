package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Notes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A text that is encoded in pieces has the ids of the whole. */
class TextPiecesTest {
  private static final String[] PARTS = {
    "hello", "a", "b", " ", " ", " ", "  ", "\t", "\n", "é", "e\u0301", "\u0301", "一", "ab", "!",
    "'s", "[CLS]", "</s>", "😀", "\u00a0", "\0", "x y", "7", "ﬁ", "Ω", "\u200d", "ﾞ", "hell", "A B",
    "x", "y"
  };
  private static final String[] ADDED = {
    "",
    "{\"id\":30,\"content\":\"hell\"}",
    "{\"id\":30,\"content\":\"a\",\"single_word\":true}",
    "{\"id\":30,\"content\":\"b\",\"lstrip\":true}",
    "{\"id\":30,\"content\":\"b\",\"rstrip\":true}",
    "{\"id\":30,\"content\":\"x y\",\"special\":true}",
    "{\"id\":30,\"content\":\"x\\u00a0y\",\"normalized\":true}"
  };
  private static final String[] NORMALIZERS = {
    "null",
    "{\"type\":\"BertNormalizer\",\"lowercase\":false}",
    "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"},{\"type\":\"Lowercase\"}]}",
    "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFD\"},{\"type\":\"StripAccents\"}]}"
  };
  private static final String[] PRE_TOKENIZERS = {
    "null",
    "{\"type\":\"BertPreTokenizer\"}",
    "{\"type\":\"Whitespace\"}",
    "{\"type\":\"WhitespaceSplit\"}",
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}",
    "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}",
    "{\"type\":\"ByteLevel\",\"use_regex\":false}",
    "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Whitespace\"},{\"type\":\"ByteLevel\"}]}"
  };

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {TokenizerFiles.WORD_PIECE, TokenizerFiles.BYTE_PAIRS})
  void haveTheIdsOfTheWhole(String valid) throws IOException {
    Random random = new Random(1);
    ObjectMapper mapper = new ObjectMapper();
    int divided = 0;
    for (String added : ADDED) {
      for (String normalizer : NORMALIZERS) {
        for (String preTokenizer : PRE_TOKENIZERS) {
          ObjectNode json = (ObjectNode) mapper.readTree(valid);
          json.set("normalizer", mapper.readTree(normalizer));
          json.set("pre_tokenizer", mapper.readTree(preTokenizer));
          if (!added.isEmpty()) {
            json.withArray("/added_tokens").add(mapper.readTree(added));
          }
          TokenizerFiles.write(folder, "tokenizer.json", json.toString());
          divided += compare(random, added + normalizer + preTokenizer);
        }
      }
    }
    assertTrue(divided > 500, divided + " texts were divided");
  }

  private int compare(Random random, String what) {
    TokenizerDefinition definition =
        new TokenizerFolder(folder, TokenizerFiles.config(), false, new Notes()).definition(100);
    int divided = 0;
    try (Tokenizer whole = NativeTokenizer.open(definition, 1 << 20, 100);
        Tokenizer pieces = NativeTokenizer.open(definition, 4, 100)) {
      for (int i = 0; i < 20; i++) {
        String text = text(random);
        divided += new TextPieces(definition.json(), 4).of(text).size() > 1 ? 1 : 0;
        for (int length : new int[] {5, 6, 9, 1000}) {
          String second = random.nextBoolean() ? null : text(random);
          assertArrayEquals(
              whole.encode(text, second, length).ids(),
              pieces.encode(text, second, length).ids(),
              what + ": " + text);
        }
      }
    }
    return divided;
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i >= 0; i--) {
      text.append(PARTS[random.nextInt(PARTS.length)]);
    }
    return text.toString();
  }

  @Test
  void endBeforeSpacesBetweenLetters() throws IOException {
    ObjectNode json =
        (ObjectNode)
            new ObjectMapper()
                .readTree(
                    "{\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"added_tokens\":[]}");
    TextPieces pieces = new TextPieces(json, 3);
    assertEquals(List.of("one", " two. six  ab", " c"), pieces.of("one two. six  ab c"));
    assertEquals(List.of(""), pieces.of(""));
    assertEquals(List.of("one "), pieces.of("one "));
  }

  @ParameterizedTest
  @CsvSource({
    "3,4,9,3,4",
    "3,9,8,3,5",
    "9,3,8,5,3",
    "9,9,7,3,4",
    "10,9,7,4,3",
    "9,9,8,4,4",
    "0,9,5,0,5",
    "9,4,8,4,4",
    "9,1,1,1,0",
    "1,9,1,0,1",
    "5,5,1,0,1",
    "3000000000,1,7,6,1"
  })
  void longerTextsLoseFirst(long first, long second, int room, int kept, int alsoKept) {
    assertArrayEquals(new int[] {kept, alsoKept}, KeptTokens.share(first, second, room));
  }

  @Test
  void theEndIsKeptWhereTextsLoseTheirBeginning() {
    for (boolean left : new boolean[] {true, false}) {
      KeptTokens tokens = new KeptTokens(50, left);
      for (long i = 0; i < 1000; i += 2) {
        tokens.add(new long[] {i, i + 1});
      }
      assertEquals(1000, tokens.count());
      assertArrayEquals(left ? new int[] {997, 998, 999} : new int[] {0, 1, 2}, tokens.ids(3));
      assertEquals(50, tokens.ids(50).length);
    }
  }
}
