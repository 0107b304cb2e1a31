package io.github.lrfbench.harness.demo.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A resource of the lexicon: tab-separated lines, "#" starts a comment line. */
final class LexiconFile {
  private LexiconFile() {}

  /** The lines of a resource beside this class, cut at tabs to at least {@code columns} cells. */
  static List<String[]> rows(String name, int columns) {
    return text(name)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(line -> cells(line, columns))
        .toList();
  }

  /** The words of a cell, which spaces separate. */
  static List<String> words(String cell) {
    return cell.isEmpty() ? List.of() : List.of(cell.split(" "));
  }

  private static String[] cells(String line, int columns) {
    String[] cells = line.split("\t", -1);
    String[] padded = Arrays.copyOf(cells, Math.max(columns, cells.length));
    Arrays.fill(padded, cells.length, padded.length, "");
    return padded;
  }

  private static String text(String name) {
    try (InputStream in = LexiconFile.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the lexicon file " + name, e);
    }
  }
}
