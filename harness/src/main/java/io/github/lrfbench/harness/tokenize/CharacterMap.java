package io.github.lrfbench.harness.tokenize;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's compiled map of characters: a double-array trie of the keys (Aoe 1989), after it
 * the texts that take their places, each ended by a zero. The native library reads wherever the
 * trie points to, so that a map that points outside of itself is none.
 */
final class CharacterMap {
  private static final int BYTES = 256;

  private CharacterMap() {}

  /** Whether all that any text can reach lies in the map. */
  static boolean isSound(String base64) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IllegalArgumentException e) {
      return false;
    }
    int size = bytes.remaining() < Integer.BYTES ? 0 : bytes.getInt();
    if (size < Integer.BYTES || size % Integer.BYTES != 0 || size > bytes.remaining()) {
      return false;
    }
    int[] units = new int[size / Integer.BYTES];
    for (int i = 0; i < units.length; i++) {
      units[i] = bytes.getInt();
    }
    ByteBuffer texts = bytes.slice();
    return isText(texts.duplicate()) && isSound(units, texts);
  }

  private static boolean isText(ByteBuffer texts) {
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(texts);
      return decoded != null;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isSound(int[] units, ByteBuffer texts) {
    BitSet seen = new BitSet();
    Deque<Integer> open = new ArrayDeque<>();
    open.push(offset(units[0]));
    while (!open.isEmpty()) {
      int node = open.pop();
      for (int next = 1; next < BYTES; next++) {
        int at = node ^ next;
        if (at < 0 || at >= units.length) {
          return false;
        }
        int unit = units[at];
        if ((unit & 0x800000FF) != next || seen.get(at)) {
          continue;
        }
        seen.set(at);
        int child = at ^ offset(unit);
        if ((unit >> 8 & 1) == 1 && !isReplacement(units, child, texts)) {
          return false;
        }
        open.push(child);
      }
    }
    return true;
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >> 6);
  }

  private static boolean isReplacement(int[] units, int leaf, ByteBuffer texts) {
    if (leaf < 0 || leaf >= units.length) {
      return false;
    }
    int begin = units[leaf] & Integer.MAX_VALUE;
    // A byte within a character begins by 10.
    return begin < texts.limit() && (texts.get(begin) & 0xC0) != 0x80;
  }
}
