package io.github.lrfbench.harness.tokenize;

import java.util.Arrays;

/** Those tokens of a text that a cut may leave, and the number of all. */
final class KeptTokens {
  private final int room;
  private final boolean left;
  private int[] ids = new int[64];
  private int held;
  private long count;

  /**
   * No tokens yet.
   *
   * @param room how many a cut leaves at most
   * @param left whether a cut leaves the end of a text and not its beginning
   */
  KeptTokens(int room, boolean left) {
    this.room = room;
    this.left = left;
  }

  /** Adds tokens at the end. */
  void add(long[] more) {
    count += more.length;
    for (long id : more) {
      if (held == room && !left) {
        return;
      }
      if (held == ids.length) {
        // Twice what is kept, so that it seldom has to be moved.
        if (left && held / 2 >= room) {
          System.arraycopy(ids, held - room, ids, 0, room);
          held = room;
        } else {
          ids = Arrays.copyOf(ids, Math.multiplyExact(held, 2));
        }
      }
      ids[held++] = (int) id;
    }
  }

  /** How many tokens the text has. */
  long count() {
    return count;
  }

  /** True if no further token changes what is kept. */
  boolean isSettled() {
    return !left && held == room;
  }

  /**
   * What a cut leaves.
   *
   * @param length at most the room
   */
  int[] ids(int length) {
    int size = Math.min(Math.min(held, length), room);
    return left ? Arrays.copyOfRange(ids, held - size, held) : Arrays.copyOf(ids, size);
  }

  /**
   * How many tokens of two texts are kept, as {@code longest_first} has it: the longer loses first;
   * of two that must both be cut, the second, or the first if it is the longer, keeps the odd one.
   */
  static int[] share(long first, long second, int room) {
    if (first + second <= room) {
      return new int[] {(int) first, (int) second};
    }
    long shorter = Math.min(first, second);
    boolean both = shorter > room / 2;
    int low = (int) (both ? room / 2 : shorter);
    int high = room - low;
    return first > second ? new int[] {high, low} : new int[] {low, high};
  }
}
