package io.github.lrfbench.harness.e2e;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A meaning representation as the text that GPT-2 is given by Prefix-Tuning (Li and Liang 2021) and
 * LoRA (Hu et al. 2021): {@code name : Blue Spice | Type : coffee shop | area : city centre}.
 */
public final class MeaningText {
  private static final Pattern SLOT = Pattern.compile("([^\\[\\],]+)\\[([^\\]]*)\\](?:,\\s*)?");

  private static final Map<String, String> NAMES =
      Map.of("eatType", "Type", "priceRange", "price", "familyFriendly", "family friendly");

  private MeaningText() {}

  /** The text; that of a meaning representation in another notation is itself. */
  public static String of(String meaning) {
    StringBuilder text = new StringBuilder();
    Matcher slot = SLOT.matcher(meaning);
    int end = 0;
    while (slot.lookingAt()) {
      String name = slot.group(1).strip();
      text.append(end == 0 ? "" : " | ")
          .append(NAMES.getOrDefault(name, name))
          .append(" : ")
          .append(slot.group(2).strip().replaceAll("£(?=\\S)", "£ "));
      end = slot.end();
      slot.region(end, meaning.length());
    }
    return end == meaning.length() && end > 0 ? text.toString() : meaning;
  }
}
