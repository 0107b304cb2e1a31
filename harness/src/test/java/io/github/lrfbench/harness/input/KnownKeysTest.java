package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class KnownKeysTest {
  private static final Path FILE = Path.of("config.json");
  private static final KnownKeys KEYS =
      KnownKeys.builder()
          .read("size")
          .inert("use_cache")
          .refused("is_decoder")
          .only("kind", "absolute", "none")
          .only("factor", 1)
          .build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'size': [3], 'use_cache': {'a': 1}}",
        "{'is_decoder': false, 'kind': 'none', 'factor': 1}",
        "{'is_decoder': null, 'kind': null, 'factor': 1.0}",
        "{'is_decoder': [], 'kind': 'absolute'}",
        "{'is_decoder': {}}"
      })
  void takesWhatChangesNothing(String json) throws JsonProcessingException {
    assertEquals(List.of(), check(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'is_decoder': true} | config.json: 'is_decoder' is 'true', which is not supported
          {'is_decoder': 0} | config.json: 'is_decoder' is '0', which is not supported
          {'is_decoder': [1]} | config.json: 'is_decoder' is '[1]', which is not supported
          {'kind': false} | config.json: 'kind' is 'false', which is not supported; only "absolute" or "none" is
          {'kind': 'n\\nne'} | config.json: 'kind' is '"n\\nne"', which is not supported; only "absolute" or "none" is
          {'factor': 1.5} | config.json: 'factor' is '1.5', which is not supported; only 1 is
          """,
      quoteCharacter = '`')
  void refusesTheRestByName(String json, String complaint) {
    assertEquals(complaint, assertThrows(InputException.class, () -> check(json)).getMessage());
  }

  @Test
  void namesWhatIsUnknownOnce() throws JsonProcessingException {
    assertEquals(
        List.of("config.json: passes over the unknown key 'new'"), check("{'new': 1, 'size': 2}"));
    assertEquals(
        List.of("config.json: passes over the unknown keys 'b', 'a'"),
        check("{'b': null, 'size': 2, 'a': 1}"));
  }

  @Test
  void namesWhereAKeyOfAPartStands() throws JsonProcessingException {
    Notes notes = new Notes();
    KEYS.check(FILE, "inner", parse("{'new': 1}"), notes);
    assertEquals(List.of("config.json: passes over the unknown key 'inner.new'"), notes.lines());
  }

  @Test
  void aTableThatStartsFromAnotherMayOverruleIt() throws JsonProcessingException {
    Notes notes = new Notes();
    KnownKeys wider = KEYS.toBuilder().read("is_decoder", "new").build();
    wider.check(FILE, parse("{'is_decoder': true, 'new': 1}"), notes);
    assertEquals(List.of(), notes.lines());
    assertThrows(InputException.class, () -> check("{'is_decoder': true}"));
  }

  private static List<String> check(String json) throws JsonProcessingException {
    Notes notes = new Notes();
    KEYS.check(FILE, parse(json), notes);
    KEYS.check(FILE, parse(json), notes);
    return notes.lines();
  }

  private static ObjectNode parse(String json) throws JsonProcessingException {
    return (ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"'));
  }
}
