package io.github.lrfbench.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessorNameTest {
  @TempDir private Path folder;

  private String name(String... lines) throws IOException {
    return ProcessorName.read(Files.write(folder.resolve("cpuinfo"), List.of(lines)));
  }

  @Test
  void aNameWithANumberIsWhole() throws IOException {
    assertEquals(
        "Intel(R) Xeon(R) Platinum 8168 CPU @ 2.70GHz",
        name(
            "processor\t: 0",
            "cpu family\t: 6",
            "model\t\t: 85",
            "model name\t: Intel(R) Xeon(R) Platinum 8168 CPU @ 2.70GHz"));
  }

  @Test
  void generationsUnderOneNameAreToldApart() throws IOException {
    assertEquals(
        "AMD EPYC (family 25 model 17)",
        name(
            "cpu family\t: 25",
            "model\t\t: 17",
            "model name\t: AMD EPYC",
            "",
            "cpu family\t: 26",
            "model\t\t: 2"));
    assertEquals("AMD EPYC", name("model name\t: AMD EPYC"));
  }

  @Test
  void whatDoesNotTellANameIsCalledByItsArchitecture() throws IOException {
    String architecture = System.getProperty("os.arch");
    assertEquals(architecture, name("processor\t: 0", "BogoMIPS\t: 50.00"));
    assertEquals(architecture, ProcessorName.read(folder.resolve("none")));
  }
}
