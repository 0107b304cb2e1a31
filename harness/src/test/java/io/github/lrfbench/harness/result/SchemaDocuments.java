package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The schema as the two documents in the folder {@code results}. */
final class SchemaDocuments {
  private static final List<TableSchema> TABLES =
      List.of(
          RunColumns.TABLE,
          LayerColumns.TABLE,
          SampleColumns.TABLE,
          KernelColumns.TABLE,
          EstimateColumns.TABLE,
          TensorParallelColumns.TABLE);

  /** Types of columns as pandas names them; times are read by {@code parse_dates}. */
  private static final Map<String, String> PANDAS =
      Map.of("text", "string", "integer", "Int64", "number", "float64", "json", "string");

  private static final String INTRODUCTION =
      """
      # The results files

      Made from the schema in the sources; a test compares the two.

      UTF-8, RFC 4180: cells are separated by commas, lines end in CRLF, cells that hold a comma or
      a quote are quoted. Numbers have a decimal point and no thousands separator, whatever the
      locale. An empty cell means "not applicable"; `NaN` is a computed NaN. Times are UTC in
      ISO 8601. Rows are appended, never rewritten. New columns go to the end and raise `schema`:
      select columns by name.

      `schema.json` says the same for programs. In pandas:

      ```python
      import json, pandas as pd
      columns = json.load(open("results/schema.json"))["runs.csv"]["columns"]
      dtypes = {c["name"]: c["pandas"] for c in columns if "pandas" in c}
      times = [c["name"] for c in columns if c["type"] == "time"]
      runs = pd.read_csv("runs.csv", dtype=dtypes, parse_dates=times)
      ```
      """;

  private static final String TIMES =
      """

      ## run.json

      How the run was made, in keys that say what they are; of a continued run for each call, the last first. `times` is where
      the seconds of a call went; of several devices an object for each.

      | key | seconds in which |
      | --- | --- |
      | `load` | models and data were read |
      | `calibrate` | statistics were collected |
      | `decompose` | methods made their matrices, and the smallest errors of their ranks were computed |
      | `train` | compressed models were trained |
      | `measure` | calls were warmed up and timed |
      | `evaluate` | tasks were scored |
      | `beside` | peers and early exits were timed and scored |
      | `write` | rows were written |
      | `other` | nothing of these was done: what went before the first model, failures, waiting for other devices |
      | `all` | the call ran, from the first option read to the last row |
      """;

  private static final String PREDICTIONS =
      """

      ## predictions

      `predictions/CELL_ID.jsonl` beside `runs.csv`: a JSON object for each example and line, in the order of the data. A
      file is there before the row of its cell, whole or not at all; one without a row means nothing. `sweep
      --predictions` says of which cells there are some; a cell that is done already gets none later.

      | key | type | meaning |
      | --- | --- | --- |
      | `index` | integer | The example's row in its data file, from 0, without the header. |
      | `prediction` | text or number | The name of the label, as `lrfbench list tasks` has it; the score, neither cut nor rounded; of `e2e` the text. |
      | `logits` | array of numbers | What the model put out, in the checkpoint's order; of a sentence encoder the similarity. Not of texts. |
      | `gold` | text or number | What the data says is right; left out where it does not say it. |

      `pd.read_json("predictions/CELL_ID.jsonl", lines=True)` reads one.
      """;

  private SchemaDocuments() {}

  static String markdown() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (TableSchema table : TABLES) {
      text.append("\n## ").append(table.file()).append(", schema ").append(table.version());
      text.append("\n\n| column | type | unit | meaning |\n| --- | --- | --- | --- |\n");
      for (Column<?> column : table.columns()) {
        text.append("| `").append(column.name()).append("` | ").append(column.type());
        text.append(" | ").append(column.unit()).append(" | ");
        text.append(column.description()).append(" |\n");
      }
    }
    return text.append(PREDICTIONS).append(TIMES).toString();
  }

  static String json() {
    Map<String, Object> tables = new LinkedHashMap<>();
    for (TableSchema table : TABLES) {
      List<Map<String, Object>> columns = new ArrayList<>();
      for (Column<?> column : table.columns()) {
        columns.add(describe(column));
      }
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("schema", table.version());
      object.put("columns", columns);
      tables.put(table.file(), object);
    }
    return Json.printPretty(tables);
  }

  private static Map<String, Object> describe(Column<?> column) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", column.name());
    object.put("type", column.type().name());
    if (PANDAS.containsKey(column.type().name())) {
      object.put("pandas", PANDAS.get(column.type().name()));
    }
    if (!column.unit().isEmpty()) {
      object.put("unit", column.unit());
    }
    object.put("description", column.description());
    return object;
  }
}
