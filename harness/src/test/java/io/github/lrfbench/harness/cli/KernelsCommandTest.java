package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.report.KernelTables;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class KernelsCommandTest {
  private static final String[] TINY = {
    "--quick",
    "--device",
    "cpu",
    "--threads",
    "1",
    "--shapes",
    "12x8",
    "--ranks",
    "2",
    "--rows",
    "1"
  };

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    KernelsCommand command = new KernelsCommand();
    CommandLine commandLine = new CommandLine(command);
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    commandLine.parseArgs(arguments);
    return command.call();
  }

  private static String[] with(String... more) {
    List<String> arguments = new ArrayList<>(Arrays.asList(TINY));
    arguments.addAll(Arrays.asList(more));
    return arguments.toArray(new String[0]);
  }

  private static List<CSVRecord> parse(String text) throws IOException {
    CSVFormat format = CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
    return format.parse(new StringReader(text)).getRecords();
  }

  @Test
  void tablesGoToStandardOutputAndProgressToStandardError() {
    assertEquals(0, run(TINY));
    String text = out.toString();
    assertTrue(text.startsWith("cpu, "), text);
    assertTrue(text.contains("products of 12x8: speedup over the dense product, by rank"), text);
    assertTrue(text.contains("equal operations at rank 4.8"), text);
    assertTrue(text.contains("truncated SVD"), text);
    assertTrue(err.toString().contains("[1/4]"), err.toString());
  }

  @Test
  void rowsAreForProgramsWhereAskedFor() throws IOException {
    assertEquals(0, run(with("--format", "csv")));
    List<CSVRecord> rows = parse(out.toString());
    assertEquals(4 + 4 + 3, rows.size());
    assertEquals(KernelColumns.TABLE.header(), rows.get(0).getParser().getHeaderNames());
    assertEquals("gemm", rows.get(0).get("kind"));
    assertTrue(err.toString().contains("[1/4]"), err.toString());
  }

  @Test
  void filesAreAppendedTo(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("kernels.csv");
    run(with("--out", file.toString()));
    run(with("--out", file.toString()));
    assertEquals(2 * 11, parse(Files.readString(file)).size());
    String second = KernelTables.render(ResultsCsv.KERNELS.read(file));
    assertTrue(out.toString().endsWith(second), "the latest is what counts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--shapes=12",
        "--ranks=0",
        "--rows=-1",
        "--dtype=fp16",
        "--format=html",
        "--device=tpu",
        "--threads=-2"
      })
  void badValuesAreInputErrorsAndNothingIsWritten(String bad, @TempDir Path folder) {
    Path file = folder.resolve("kernels.csv");
    InputException e =
        assertThrows(
            InputException.class,
            () -> run("--quick", "--out=" + file, "--ranks=1", "--rows=1", bad));
    assertFalse(e.getMessage().contains("\n"));
    assertFalse(Files.exists(file));
  }

  @Test
  void filesThatCannotBeWrittenAreNamedBeforeAnythingRuns(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing").resolve("kernels.csv");
    InputException e =
        assertThrows(InputException.class, () -> run(with("--out", missing.toString())));
    assertTrue(e.getMessage().contains("kernels.csv"), e.getMessage());
    Path other = folder.resolve("other.csv");
    Files.writeString(other, "a,b\r\n1,2\r\n");
    assertThrows(InputException.class, () -> run(with("--out", other.toString())));
    assertEquals("a,b\r\n1,2\r\n", Files.readString(other));
    assertFalse(err.toString().contains("[1/"));
  }

  @Test
  void helpTeaches() {
    String help = new CommandLine(new KernelsCommand()).getUsageMessage();
    assertTrue(help.contains("break-even"), help);
    assertTrue(help.contains("--quick"), help);
    assertTrue(help.lines().allMatch(line -> line.length() <= 80), help);
  }
}
