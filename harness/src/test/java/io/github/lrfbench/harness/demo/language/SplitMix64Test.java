package io.github.lrfbench.harness.demo.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SplitMix64Test {
  @Test
  void agreesWithTheJdkWhoseGeneratorIsTheSame() {
    SplittableRandom reference = new SplittableRandom(1234567);
    SplitMix64 random = new SplitMix64(1234567);
    for (int i = 0; i < 1000; i++) {
      assertEquals(reference.nextLong(), random.next());
    }
  }

  @Test
  void agreesWithPublishedNumbers() {
    SplitMix64 random = new SplitMix64(1234567);
    assertEquals("6457827717110365317", Long.toUnsignedString(random.next()));
    assertEquals("3203168211198807973", Long.toUnsignedString(random.next()));
    assertEquals("9817491932198370423", Long.toUnsignedString(random.next()));
  }

  @Test
  void namesMakeIndependentStreams() {
    assertNotEquals(new SplitMix64(1, "a").next(), new SplitMix64(1, "b").next());
    assertNotEquals(new SplitMix64(1, "a").next(), new SplitMix64(2, "a").next());
    assertEquals(new SplitMix64(1, "a").next(), new SplitMix64(1, "a").next());
  }

  @Test
  void numbersBelowABoundAreEquallyFrequent() {
    int[] counts = new int[7];
    SplitMix64 random = new SplitMix64(5);
    for (int i = 0; i < 70_000; i++) {
      counts[random.below(7)]++;
    }
    for (int count : counts) {
      assertEquals(10_000, count, 400);
    }
  }

  @Test
  void earlyItemsComeMoreOften() {
    int[] counts = new int[4];
    SplitMix64 random = new SplitMix64(5);
    for (int i = 0; i < 16_000; i++) {
      counts[random.pickEarly(List.of(0, 1, 2, 3))]++;
    }
    int[] sixteenths = new int[4];
    for (int i = 0; i < 4; i++) {
      sixteenths[i] = Math.round(counts[i] / 1000f);
    }
    assertArrayEquals(new int[] {7, 5, 3, 1}, sixteenths);
  }

  @Test
  void chancesHoldAtTheirEnds() {
    SplitMix64 random = new SplitMix64(9);
    for (int i = 0; i < 1000; i++) {
      assertTrue(random.chance(100));
      assertTrue(!random.chance(0));
    }
  }
}
