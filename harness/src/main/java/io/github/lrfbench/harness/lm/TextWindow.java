package io.github.lrfbench.harness.lm;

import java.util.ArrayList;
import java.util.List;

/**
 * Tokens that a model reads at once, and from which on what follows them counts.
 *
 * @param begin first token read
 * @param firstScored first token read whose successor counts
 * @param end behind the last token read, whose successor counts too
 * @param weight as how many tokens the mean of those that count is taken
 */
public record TextWindow(int begin, int firstScored, int end, int weight) {
  /** A window in which every token that counts does so once. */
  public TextWindow(int begin, int firstScored, int end) {
    this(begin, firstScored, end, end - firstScored);
  }

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

  /**
   * The windows of {@link WindowKind#TRANSFORMERS}.
   *
   * @param tokens in the text, at least two
   * @param context the most tokens in a window, the last one included, from which nothing is
   *     predicted; at least two
   * @param stride tokens that a window goes on, at most {@code context}
   */
  public static List<TextWindow> ofTransformers(int tokens, int context, int stride) {
    if (tokens < 2 || context < 2 || stride < 1 || stride > context) {
      throw new IllegalArgumentException(tokens + " tokens, " + context + ", " + stride);
    }
    List<TextWindow> windows = new ArrayList<>();
    int end = 0;
    for (int begin = 0; end < tokens; begin += stride) {
      int before = end;
      end = Math.min(begin + context, tokens);
      // A window of a single new token counts for nothing.
      if (end - before > 1) {
        // The first new token has no predecessor where the windows do not overlap.
        int first = Math.max(begin, before - 1);
        windows.add(new TextWindow(begin, first, end - 1, end - before - 1));
      }
    }
    return windows;
  }
}
