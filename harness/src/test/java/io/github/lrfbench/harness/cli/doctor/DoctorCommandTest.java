package io.github.lrfbench.harness.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {
  private static final Supplier<Finding> GOOD = () -> Finding.good("java", "17");
  private static final Supplier<Finding> BAD = () -> Finding.bad("cache", "full");

  private final StringWriter out = new StringWriter();

  @Test
  void allGoodIsReady() {
    assertEquals(0, run(List.of(GOOD)));
    assertEquals(List.of("java          ok    17", "Ready."), out.toString().lines().toList());
  }

  @Test
  void aFaultIsMarkedAndTheRestStillLookedAt() {
    assertEquals(2, run(List.of(BAD, GOOD)));
    assertEquals(
        List.of("cache         FAULT full", "java          ok    17", "Mend what is marked FAULT."),
        out.toString().lines().toList());
  }

  @Test
  void whatIsNotThereIsNotOk() {
    DeviceProvider cuda = new NoDevice();
    Supplier<Finding> part = () -> DeviceCheck.part(cuda, cuda.parts().get(0));
    assertEquals(0, run(List.of(part, () -> DeviceCheck.run(cuda, 0))));
    assertEquals(
        List.of(
            "abacus beads  none  missing: not in /opt",
            "device abacus none  not usable: no beads",
            "Ready."),
        out.toString().lines().toList());
  }

  private static final class NoDevice implements DeviceProvider {
    @Override
    public String kind() {
      return "abacus";
    }

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public List<String> names() {
      return List.of();
    }

    @Override
    public List<Part> parts() {
      return List.of(new Part("beads", false, "not in /opt"));
    }

    @Override
    public Availability availability() {
      return new Availability(false, "no beads");
    }

    @Override
    public Device open(int index, DeviceOptions options) {
      throw new AssertionError();
    }
  }

  @Test
  void theTokenizerWorksHere() {
    Finding finding = TokenizerCheck.run();
    assertFalse(finding.fault(), finding.detail());
  }

  @Test
  void secretsAreNotPrinted() {
    String detail =
        MachineChecks.environment(
                Map.of("HF_TOKEN", "hf_secret", "LRFBENCH_DEVICE", "cpu", "PATH", "/bin"))
            .detail();
    assertEquals("HF_TOKEN=(set) LRFBENCH_DEVICE=cpu", detail);
  }

  @Test
  void theDefaultDeviceMustExist() {
    assertFalse(DeviceCheck.choice(null).fault());
    assertFalse(DeviceCheck.choice("cpu").fault());
    Finding unknown = DeviceCheck.choice("abacus");
    assertTrue(unknown.fault());
    assertTrue(unknown.detail().startsWith("unknown device 'abacus'"), unknown.detail());
  }

  private int run(List<Supplier<Finding>> checks) {
    return new CommandLine(new DoctorCommand(() -> checks)).setOut(new PrintWriter(out)).execute();
  }
}
