package io.github.lrfbench.harness.e2e;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.text.OneLine;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads files of the E2E NLG challenge (Novikova, Dušek and Rieser 2017, "The E2E Dataset: New
 * Challenges for End-to-End Generation"): CSV with the columns {@code mr} and {@code ref}, or lines
 * {@code meaning||reference} as LoRA and Prefix-Tuning have converted them. All references of equal
 * meaning representations are one item, as in the official script.
 */
public final class E2eReader {
  /** The limit that leaves nothing out. */
  public static final int ALL = Integer.MAX_VALUE;

  private static final String SEPARATOR = "||";

  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180
          .builder()
          .setHeader()
          .setSkipHeaderRecord(true)
          .setIgnoreHeaderCase(true)
          .setTrim(false)
          .get();

  private E2eReader() {}

  /**
   * Reads a file.
   *
   * @param limit the most items to take from the beginning, at least 1
   * @throws io.github.lrfbench.kernels.InputException if there is no such file, it is broken or
   *     holds no reference
   */
  public static E2eDataset read(Path file, int limit) {
    String text = TextFile.read(file);
    String hash = TextFile.sha256(text);
    text = repair(text);
    String head = text.lines().findFirst().orElse("");
    Map<String, List<String>> byMeaning =
        head.contains(SEPARATOR) ? readLines(file, text) : readCsv(file, text);
    List<E2eItem> items =
        byMeaning.entrySet().stream()
            .limit(limit)
            .map(entry -> new E2eItem(entry.getKey(), entry.getValue()))
            .toList();
    if (items.isEmpty()) {
      throw Faults.of(file, "holds no meaning representation");
    }
    return new E2eDataset(file.toString(), items, items.size() < byMeaning.size(), hash);
  }

  /** Mends damaged characters of some files, as the official script does. */
  private static String repair(String text) {
    return text.replace("\uFEFF", "")
        .replace("Ł", "£")
        .replace("Â£", "£")
        .replace("Ã©", "é")
        .replace("ã©", "é");
  }

  private static Map<String, List<String>> readCsv(Path file, String text) {
    Map<String, List<String>> byMeaning = new LinkedHashMap<>();
    try (CSVParser parser = CSVParser.parse(new StringReader(text), FORMAT)) {
      for (String column : List.of("mr", "ref")) {
        if (!parser.getHeaderMap().containsKey(column)) {
          throw Faults.of(file, "has no column '" + column + "'");
        }
      }
      for (CSVRecord row : parser) {
        if (!row.isConsistent()) {
          throw Faults.of(
              file,
              "line "
                  + parser.getCurrentLineNumber()
                  + " has "
                  + row.size()
                  + " cells, but the header "
                  + parser.getHeaderNames().size());
        }
        add(byMeaning, row.get("mr"), row.get("ref"));
      }
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw Faults.of(file, "is no CSV: " + e.getMessage());
    }
    return byMeaning;
  }

  private static Map<String, List<String>> readLines(Path file, String text) {
    Map<String, List<String>> byMeaning = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      int separator = line.indexOf(SEPARATOR);
      if (separator < 0) {
        throw Faults.of(
            file, "line " + number + " has no " + SEPARATOR + ": " + OneLine.quote(line));
      }
      add(byMeaning, line.substring(0, separator), line.substring(separator + SEPARATOR.length()));
    }
    return byMeaning;
  }

  private static void add(Map<String, List<String>> byMeaning, String meaning, String reference) {
    byMeaning.computeIfAbsent(meaning.strip(), key -> new ArrayList<>()).add(reference.strip());
  }
}
