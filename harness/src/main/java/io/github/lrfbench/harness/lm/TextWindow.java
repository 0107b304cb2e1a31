package io.github.lrfbench.harness.lm;

import java.util.ArrayList;
import java.util.List;

/**
 * Tokens that a model reads at once, and from which on what follows them counts.
 *
 * @param begin first token read
 * @param firstScored first token read whose successor counts
 * @param end behind the last token read, whose successor counts too
 */
public record TextWindow(int begin, int firstScored, int end) {
  /** Tokens read. */
  public int length() {
    return end - begin;
  }

  /** Tokens whose successors count. */
  public int scored() {
    return end - firstScored;
  }

  /**
   * Windows that slide over a text so that every token but the first is predicted exactly once,
   * each from up to {@code context} tokens before it.
   *
   * @param tokens in the text, at least two
   * @param context the most tokens in a window
   * @param stride tokens that a window goes on, at most {@code context}; the smaller, the more of
   *     the text before it every token is predicted from, and the longer it takes
   */
  public static List<TextWindow> over(int tokens, int context, int stride) {
    if (tokens < 2 || stride < 1 || stride > context) {
      throw new IllegalArgumentException(tokens + " tokens, " + context + ", " + stride);
    }
    List<TextWindow> windows = new ArrayList<>();
    // The last token has no successor and is not read.
    int all = tokens - 1;
    int end = Math.min(context, all);
    windows.add(new TextWindow(0, 0, end));
    while (end < all) {
      int next = Math.min(end + stride, all);
      windows.add(new TextWindow(Math.max(0, next - context), end, next));
      end = next;
    }
    return windows;
  }
}
