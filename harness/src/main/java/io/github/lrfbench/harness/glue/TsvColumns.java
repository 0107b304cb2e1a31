package io.github.lrfbench.harness.glue;

import io.github.lrfbench.harness.text.OneLine;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a file's columns are: by the header's names, or at the official positions where the names
 * differ but nothing speaks against it.
 *
 * @param count fields in each row
 * @param first position of the (first) text
 * @param second position of the second text, or {@link TsvLayout#NONE}
 * @param label position of the label or score, or {@link TsvLayout#NONE}
 */
record TsvColumns(int count, int first, int second, int label) {
  private static final int UNNAMED = -2;

  /** The official columns. */
  static TsvColumns official(TsvLayout layout) {
    return new TsvColumns(layout.columns().size(), layout.first(), layout.second(), layout.label());
  }

  /**
   * The columns under a header.
   *
   * @param lines for failures, at the header's line
   */
  static TsvColumns under(List<String> header, TsvLayout layout, TsvLines lines) {
    TsvColumns official = official(layout);
    TsvColumns named =
        new TsvColumns(
            header.size(),
            find(layout.first(), header, layout),
            find(layout.second(), header, layout),
            find(layout.label(), header, layout));
    if (IntStream.of(named.first, named.second, named.label).noneMatch(at -> at == UNNAMED)) {
      return named;
    }
    if (named.count == official.count
        && mayBe(named.first, official.first)
        && mayBe(named.second, official.second)
        && mayBe(named.label, official.label)) {
      return official;
    }
    throw lines.failure(
        "the header "
            + OneLine.quote(String.join(", ", header))
            + " is not that of "
            + layout.describe());
  }

  private static int find(int official, List<String> header, TsvLayout layout) {
    if (official == TsvLayout.NONE) {
      return TsvLayout.NONE;
    }
    String name = layout.columns().get(official);
    int position = header.indexOf(name);
    return position >= 0 && position == header.lastIndexOf(name) ? position : UNNAMED;
  }

  private static boolean mayBe(int named, int official) {
    return named == UNNAMED || named == official;
  }
}
