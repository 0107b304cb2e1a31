package io.github.lrfbench.harness.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DemoBytePairsTest {
  private static final String BUILT = DemoBytePairs.tokenizerJson();

  @Test
  void theShippedTokenizerIsTheOneBuilt() throws IOException {
    try (InputStream in = DemoModel.class.getResourceAsStream("gpt2/tokenizer.json")) {
      assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), BUILT);
    }
  }

  @Test
  void isOfItsSizeWithTheEndLast() throws IOException {
    JsonNode json = new ObjectMapper().readTree(BUILT);
    JsonNode ids = json.at("/model/vocab");
    assertEquals(DemoBytePairs.SIZE, ids.size());
    assertEquals(DemoBytePairs.END, ids.get(BytePairs.END).asInt());
    assertEquals(DemoBytePairs.END, json.at("/added_tokens/0/id").asInt());
  }
}
