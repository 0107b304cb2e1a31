package io.github.lrfbench.harness.e2e.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens of English text in the manner of the Penn Treebank, in lower case and without punctuation,
 * as the evaluation of MS-COCO captions makes them for ROUGE-L and CIDEr with version 3.4.1 of
 * Stanford's tokenizer. These are its rules for running text, not for markup, emoticons or dates.
 */
public final class PtbTokenizer {
  private static final String LETTER = "[\\p{L}\\p{M}]";
  private static final String CHARACTER = "[\\p{L}\\p{M}\\p{N}]";
  private static final String END = "(?!" + CHARACTER + ")";
  private static final String APOSTROPHE = "['’]";
  private static final String NOT = "n" + APOSTROPHE + "t" + END;

  private static final Pattern TOKEN =
      Pattern.compile(
          String.join(
              "|",
              // Addresses and names of the net.
              "https?://[^\\s<>\"]*[^\\s<>\".,;:!?)]",
              "[\\p{L}\\p{N}._-]+@[\\p{L}\\p{N}-]+(?:\\.[\\p{L}\\p{N}-]+)+",
              "[@#]" + LETTER + CHARACTER + "*",
              // Abbreviations keep their period.
              "(?:mr|mrs|ms|dr|prof|st|ave|blvd|rd|jr|sr|inc|ltd|corp|co|vs|etc|ph\\.d)\\.",
              "(?:jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)\\.",
              "no\\.(?=\\s+\\p{N})",
              "\\p{L}(?:\\.\\p{L})+\\.?" + END,
              "(?-i:\\p{Lu}+(?:&\\p{Lu}+)+)" + END,
              // A verb or a negation that is drawn to the word before it.
              NOT,
              APOSTROPHE + "(?:s|m|d|re|ve|ll)" + END,
              // Two words that are written as one.
              "can(?=not" + END + ")",
              "(?:gon|wan)(?=na" + END + ")",
              "got(?=ta" + END + ")",
              "(?:gim|lem)(?=me" + END + ")",
              APOSTROPHE + "t(?=(?:is|was)" + END + ")",
              // Numbers.
              "\\p{N}{1,2}/\\p{N}{1,2}" + END,
              "-?\\p{N}+(?:[.,:]\\p{N}+)+(?:-" + LETTER + "+)*" + END,
              "-\\p{N}+" + END,
              // Words.
              APOSTROPHE + "(?:\\p{N}0s" + END + "|n" + APOSTROPHE + ")",
              "[odl]" + APOSTROPHE + LETTER + "+|ma" + APOSTROPHE + "am",
              word(),
              // Marks, of which some come in runs.
              "\\.{2,}|-{2,}|[!?]+",
              "\\S"),
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

  /** What marks become; nothing where they are removed. */
  private static final Map<String, String> MARKS =
      Map.of(
          "£", "#", "€", "$", "(", "-lrb-", ")", "-rrb-", "[", "-lsb-", "]", "-rsb-", "{", "-lcb-",
          "}", "-rcb-");

  private static final Set<String> REMOVED =
      Set.of("\"", "“", "”", "'", "‘", "’", "`", ".", "?", "!", ",", ":", ";", "-", "–", "—", "…");

  private static final Pattern REMOVED_RUN = Pattern.compile("-{2,}|\\.{2,}");

  private PtbTokenizer() {}

  /** Characters up to where a negation begins, and what marks within a word join to them. */
  private static String word() {
    String character = "(?!" + NOT + ")" + CHARACTER;
    return "(?:" + character + ")+(?:[-_]" + CHARACTER + "+|(?<=\\p{L})[./]\\p{L}+)*(?:\\.(?=,))?";
  }

  /** The tokens of a text; none of one that is blank or all punctuation. */
  public static List<String> tokenize(String text) {
    List<String> tokens = new ArrayList<>();
    Matcher matcher =
        TOKEN.matcher(
            text.replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&"));
    while (matcher.find()) {
      String token = matcher.group();
      if (!REMOVED.contains(token) && !REMOVED_RUN.matcher(token).matches()) {
        tokens.add(MARKS.getOrDefault(token, token).replace('’', '\'').toLowerCase(Locale.ROOT));
      }
    }
    return List.copyOf(tokens);
  }
}
