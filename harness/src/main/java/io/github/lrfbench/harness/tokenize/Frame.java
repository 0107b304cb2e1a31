package io.github.lrfbench.harness.tokenize;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The special tokens that stand around a text and around a pair of texts.
 *
 * @param single pieces of a sequence that has the first text
 * @param pair pieces of a sequence that has both texts
 */
record Frame(List<Piece> single, List<Piece> pair) {
  /**
   * Special tokens, or the place of a text.
   *
   * @param ids of the tokens; null where a text stands
   * @param second whether that is the second text
   * @param type of the tokens
   */
  record Piece(List<Integer> ids, boolean second, int type) {
    static Piece tokens(List<Integer> ids, int type) {
      return new Piece(List.copyOf(ids), false, type);
    }

    static Piece text(boolean second, int type) {
      return new Piece(null, second, type);
    }
  }

  /** No tokens; the second text is of type 1. */
  static final Frame NONE = around(null, null);

  /** {@code [CLS] first [SEP]} of type 0, then {@code second [SEP]} of type 1. */
  static Frame bert(int first, int separator) {
    return ofMarkers(first, List.of(separator), 1);
  }

  /** {@code <s> first </s></s> second </s>}, all of type 0. */
  static Frame roberta(int first, int separator) {
    return ofMarkers(first, List.of(separator, separator), 0);
  }

  private static Frame ofMarkers(int first, List<Integer> between, int type) {
    List<Integer> end = between.subList(0, 1);
    Piece begin = Piece.tokens(List.of(first), 0);
    Piece text = Piece.text(false, 0);
    return new Frame(
        List.of(begin, text, Piece.tokens(end, 0)),
        List.of(
            begin,
            text,
            Piece.tokens(between, 0),
            Piece.text(true, type),
            Piece.tokens(end, type)));
  }

  /**
   * Every text between two tokens.
   *
   * @param begin its id, or null
   * @param end its id, or null
   */
  static Frame around(Integer begin, Integer end) {
    List<Piece> single = around(begin, false, end);
    List<Piece> pair = new ArrayList<>(single);
    pair.addAll(around(begin, true, end));
    return new Frame(single, pair);
  }

  private static List<Piece> around(Integer begin, boolean second, Integer end) {
    int type = second ? 1 : 0;
    List<Piece> pieces = new ArrayList<>();
    if (begin != null) {
      pieces.add(Piece.tokens(List.of(begin), type));
    }
    pieces.add(Piece.text(second, type));
    if (end != null) {
      pieces.add(Piece.tokens(List.of(end), type));
    }
    return pieces;
  }

  /** How many tokens stand around one text or two. */
  int size(boolean ofPair) {
    return (ofPair ? pair : single)
        .stream().mapToInt(piece -> piece.ids() == null ? 0 : piece.ids().size()).sum();
  }

  /**
   * A whole sequence.
   *
   * @param second or null
   */
  TokenSequence join(int[] first, int[] second) {
    boolean ofPair = second != null;
    int length = size(ofPair) + first.length + (ofPair ? second.length : 0);
    int[] ids = new int[length];
    int[] types = new int[length];
    int end = 0;
    for (Piece piece : ofPair ? pair : single) {
      int begin = end;
      if (piece.ids() == null) {
        int[] text = piece.second() ? second : first;
        System.arraycopy(text, 0, ids, begin, text.length);
        end += text.length;
      } else {
        for (int id : piece.ids()) {
          ids[end++] = id;
        }
      }
      Arrays.fill(types, begin, end, piece.type());
    }
    return new TokenSequence(ids, types);
  }
}
