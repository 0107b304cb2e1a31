package io.github.lrfbench.harness.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes that the guide to the encoding of Protocol Buffers gives for its examples. */
class ProtoMessageTest {
  private static void assertBytes(String hex, ProtoMessage message) {
    assertEquals(hex, HexFormat.of().formatHex(message.toBytes()));
  }

  @Test
  void theGuidesExamples() {
    assertBytes("089601", new ProtoMessage().number(1, 150));
    assertBytes("120774657374696e67", new ProtoMessage().text(2, "testing"));
    assertBytes("1a03089601", new ProtoMessage().message(3, new ProtoMessage().number(1, 150)));
  }

  @Test
  void numbersOfAllSizes() {
    assertBytes("0800", new ProtoMessage().number(1, 0));
    assertBytes("087f", new ProtoMessage().number(1, 127));
    assertBytes("088001", new ProtoMessage().number(1, 128));
    assertBytes("08ffffffffffffffffff01", new ProtoMessage().number(1, -1));
    // Field 20: a key of two bytes.
    assertBytes("a00107", new ProtoMessage().number(20, 7));
    assertBytes("150000c03f", new ProtoMessage().single(2, 1.5f));
  }

  @Test
  void whatIsBegunHasItsLength() {
    assertBytes("3a8080808008", new ProtoMessage().begin(7, 1L << 31));
  }
}
