package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ALBERT's tokenizer with SentencePiece's map of characters, and files that are damaged. */
class UnigramVocabularyTest {
  private static final int LEAF = 512;
  private static final int NODES = 1024;

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    TinyCheckpoint.albert(folder, 1, 1, 1);
  }

  /** A map that puts a text in the place of z, as a trie of {@code nodes} units. */
  private static String map(int nodes, int value, String texts) {
    int[] units = new int[nodes];
    int node = 256 ^ 'z';
    units[0] = 256 << 10;
    units[node] = (node ^ LEAF) << 10 | 1 << 8 | 'z';
    units[LEAF] = value | 1 << 31;
    byte[] ends = texts.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 4 * nodes + ends.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4 * nodes);
    for (int unit : units) {
      bytes.putInt(unit);
    }
    bytes.put(ends);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private int[] ids(String text) {
    try (Tokenizer tokenizer =
        Tokenizers.open(folder, JsonFile.read(folder.resolve("config.json")))) {
      return tokenizer.encode(text, null, 32).ids();
    }
  }

  private void writeMap(String map) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    ObjectNode json = JsonFile.read(file);
    ObjectNode sequence = json.putObject("normalizer").put("type", "Sequence");
    sequence
        .putArray("normalizers")
        .addObject()
        .put("type", "Precompiled")
        .put("precompiled_charsmap", map);
    Files.writeString(file, json.toString());
  }

  @Test
  void theMapOfCharactersIsApplied() throws IOException {
    int[] expected = ids("good e film");
    assertFalse(Arrays.equals(expected, ids("good z film")));
    writeMap(map(NODES, 2, "xx\0e\0".substring(1)));
    assertArrayEquals(expected, ids("good z film"));
  }

  @Test
  void aMapThatPointsOutsideOfItselfIsRefused() throws IOException {
    assertTrue(CharacterMap.isSound(map(NODES, 0, "e\0")));
    String[] damaged = {
      "no base64!",
      "",
      "AAAA",
      map(600, 0, "e\0"),
      map(NODES, 2, "e\0"),
      map(NODES, 1, "\u00e9\0"),
      map(NODES, 0, "")
    };
    for (String map : damaged) {
      assertFalse(CharacterMap.isSound(map));
      writeMap(map);
      assertThrows(InputException.class, () -> ids("good z film"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"unk_id\":1|\"unk_id\":1000",
        "\"unk_id\":1|\"unk_id\":-1",
        "\"vocab\":[|\"vocab\":[7,",
        "\"vocab\":[|\"vocab\":[[\"\",0],",
        "\"vocab\":[|\"vocab\":[[\"s\",0],",
        "\"vocab\":[|\"vocab\":[[\"y\",1e999],",
        "\"vocab\":[|\"words\":[",
        "\"Unigram\"|\"WordPiece\""
      })
  void damagedVocabulariesAreRefused(String part, String replacement) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    String text = Files.readString(file);
    assertTrue(text.contains(part));
    // By this class the file's own parts count.
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\":\"PreTrainedTokenizerFast\"}");
    assertTrue(ids("good").length > 0);
    Files.writeString(file, text.replace(part, replacement));
    assertThrows(InputException.class, () -> ids("good"));
  }
}
