package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Mutates valid files: they must be read, or refused with a line number, and nothing else. */
class GlueReaderFuzzTest {
  private static final Pattern REFUSAL = Pattern.compile("x\\.tsv: line [1-9][0-9]*: \\P{Cntrl}+");
  private static final byte[][] SNIPPETS = {
    {'\t'},
    {'\n'},
    {'\r', '\n'},
    {'\r'},
    {'"'},
    {0},
    {(byte) 0xFF},
    {(byte) 0xC3},
    {'-', '1'},
    {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF},
    {(byte) 0xE2, (byte) 0x80, (byte) 0xA8},
    {'N', 'a', 'N'}
  };

  @Test
  void mutatedFilesAreReadOrRefused() {
    SplittableRandom random = new SplittableRandom(20);
    int read = 0;
    int refused = 0;
    for (GlueTask task : GlueTasks.official().all()) {
      for (Split split : task.files().keySet().stream().sorted().toList()) {
        byte[] valid = sample(task, task.file(split).layout());
        assertEquals(6, parse(valid, task, split, GlueReader.ALL).examples().size());
        for (int trial = 0; trial < 400; trial++) {
          byte[] mutated = mutate(valid, random);
          int limit = random.nextInt(4) == 0 ? 1 + random.nextInt(7) : GlueReader.ALL;
          try {
            GlueDataset dataset = parse(mutated, task, split, limit);
            check(dataset, task, split);
            read++;
          } catch (InputException e) {
            assertTrue(REFUSAL.matcher(e.getMessage()).matches(), e.getMessage());
            refused++;
          }
        }
      }
    }
    assertTrue(read > 1000 && refused > 1000, read + " read, " + refused + " refused");
  }

  @Test
  void randomBytesAreReadOrRefused() {
    SplittableRandom random = new SplittableRandom(21);
    GlueTask task = GlueTasks.official().get("cola");
    for (int trial = 0; trial < 2000; trial++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      try {
        check(parse(bytes, task, Split.DEV, GlueReader.ALL), task, Split.DEV);
      } catch (InputException e) {
        assertTrue(REFUSAL.matcher(e.getMessage()).matches(), e.getMessage());
      }
    }
  }

  private static void check(GlueDataset dataset, GlueTask task, Split split) {
    boolean labelled = task.file(split).layout().label() != TsvLayout.NONE;
    int row = -1;
    for (GlueExample example : dataset.examples()) {
      assertTrue(example.row() > row);
      row = example.row();
      assertEquals(labelled, example.isLabelled());
      assertEquals(task.isPair(), example.second() != null);
      assertTrue(!labelled || task.isRegression() || example.label() < task.outputs());
    }
    assertTrue(task.skipsShortRows() || dataset.skippedRows() == 0);
  }

  private static byte[] sample(GlueTask task, TsvLayout layout) {
    StringBuilder text = new StringBuilder();
    if (layout.header()) {
      text.append(String.join("\t", layout.columns())).append('\n');
    }
    for (int row = 0; row < 6; row++) {
      for (int column = 0; column < layout.columns().size(); column++) {
        text.append(column == 0 ? "" : "\t");
        if (column == layout.label()) {
          text.append(task.isRegression() ? row % 5 + ".5" : task.labels().get(row % 2).inFile());
        } else {
          text.append("a \"text\" ü ").append(row);
        }
      }
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] mutate(byte[] valid, SplittableRandom random) {
    byte[] bytes = valid;
    int edits = 1 + random.nextInt(3);
    for (int edit = 0; edit < edits; edit++) {
      int from = random.nextInt(bytes.length + 1);
      int to = Math.min(bytes.length, from + random.nextInt(random.nextInt(20) + 1));
      ByteArrayOutputStream edited = new ByteArrayOutputStream();
      edited.write(bytes, 0, from);
      if (random.nextBoolean()) {
        edited.writeBytes(SNIPPETS[random.nextInt(SNIPPETS.length)]);
      }
      if (random.nextInt(4) == 0) {
        edited.write(bytes, from, to - from);
      }
      boolean truncated = random.nextInt(10) == 0;
      edited.write(bytes, to, truncated ? 0 : bytes.length - to);
      bytes = edited.toByteArray();
    }
    return bytes;
  }

  private static GlueDataset parse(byte[] bytes, GlueTask task, Split split, int limit) {
    try {
      return GlueReader.read(new ByteArrayInputStream(bytes), "x.tsv", task, split, limit);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
