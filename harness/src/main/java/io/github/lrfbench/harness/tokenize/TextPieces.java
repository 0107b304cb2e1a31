package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts long texts into pieces that can be encoded one by one with the ids of the whole: before a
 * single space between two letters or digits, where every known pre-tokenizer begins anew. So no
 * more than a piece is ever held by the native library.
 */
final class TextPieces {
  /** How many characters a piece has at least. */
  static final int LENGTH = 1 << 13;

  private final boolean divisible;
  private final int length;

  /**
   * Looks at a tokenizer.
   *
   * @param definition in the format of {@code tokenizer.json}, checked
   * @param length how many characters a piece has at least
   */
  TextPieces(JsonNode definition, int length) {
    this.divisible =
        splitsAtSpaces(definition.path("pre_tokenizer"))
            && !crossesSpaces(definition.path("added_tokens"));
    this.length = length;
  }

  private static boolean splitsAtSpaces(JsonNode preTokenizer) {
    return switch (preTokenizer.path("type").asText("")) {
      case "BertPreTokenizer", "Whitespace", "WhitespaceSplit" -> true;
      case "ByteLevel" -> preTokenizer.path("use_regex").asBoolean(true);
      case "Sequence" -> splitsAtSpaces(preTokenizer.path("pretokenizers").path(0));
      default -> false;
    };
  }

  /** True if a token may hold a space or take one along that follows it. */
  private static boolean crossesSpaces(JsonNode addedTokens) {
    for (JsonNode token : addedTokens) {
      String content = token.path("content").asText();
      if (token.path("rstrip").asBoolean()
          || Normalizer.normalize(content, Normalizer.Form.NFKD)
              .chars()
              .anyMatch(
                  c ->
                      Character.isSpaceChar(c)
                          || Character.isWhitespace(c)
                          || Character.isISOControl(c))) {
        return true;
      }
    }
    return false;
  }

  /** The pieces of a text, of which there is at least one. */
  List<String> of(String text) {
    List<String> pieces = new ArrayList<>();
    int begin = 0;
    while (divisible && text.length() - begin > length) {
      int end = begin + length;
      while (end < text.length() - 1 && !isBoundary(text, end)) {
        end++;
      }
      if (end >= text.length() - 1) {
        break;
      }
      pieces.add(text.substring(begin, end));
      begin = end;
    }
    pieces.add(text.substring(begin));
    return pieces;
  }

  private static boolean isBoundary(String text, int at) {
    return text.charAt(at) == ' '
        && Character.isLetterOrDigit(text.charAt(at - 1))
        && Character.isLetterOrDigit(text.charAt(at + 1));
  }
}
