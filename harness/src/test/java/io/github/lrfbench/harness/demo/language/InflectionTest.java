package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InflectionTest {
  @ParameterizedTest
  @CsvSource({
    "carry, carries, carried, carrying",
    "play, plays, played, playing",
    "push, pushes, pushed, pushing",
    "bake, bakes, baked, baking",
    "fix, fixes, fixed, fixing",
    "agree, agrees, agreed, agreeing",
    "help, helps, helped, helping"
  })
  void inflectsVerbs(String base, String third, String past, String gerund) {
    assertEquals(third, Inflection.withS(base));
    assertEquals(past, Inflection.withEd(base));
    assertEquals(gerund, Inflection.withIng(base));
  }

  @ParameterizedTest
  @CsvSource({"apple, an", "pear, a", "honest, an", "hour, an", "house, a", "ugly, an"})
  void choosesTheArticle(String next, String article) {
    assertEquals(article, Inflection.article(next));
  }
}
