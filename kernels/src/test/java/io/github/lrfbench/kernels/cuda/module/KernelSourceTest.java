package io.github.lrfbench.kernels.cuda.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class KernelSourceTest {
  @Test
  void includesAreReplacedOnceEach() {
    String source = KernelSource.of("attention_mma");
    assertFalse(source.contains("#include"));
    assertEquals(source.indexOf("struct bf16 {"), source.lastIndexOf("struct bf16 {"));
    assertTrue(source.indexOf("struct bf16 {") < source.indexOf("load_tile("));
    assertTrue(source.indexOf("load_tile(") < source.indexOf("attention_mma("));
  }

  @Test
  void messagesOfTheCompilerNameFileAndLine() {
    String[] lines = KernelSource.of("zero_upper").split("\n");
    String file = "";
    int line = 0;
    for (String content : lines) {
      if (content.startsWith("#line ")) {
        String[] words = content.split(" ");
        line = Integer.parseInt(words[1]);
        file = words[2];
        continue;
      }
      if (content.startsWith("extern \"C\"")) {
        assertEquals("\"zero_upper.cu\"", file);
        assertEquals(8, line);
      }
      line++;
    }
  }

  @Test
  void unknownOperationsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> KernelSource.of("no_such_operation"));
  }
}
