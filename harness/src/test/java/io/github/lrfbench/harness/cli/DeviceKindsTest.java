package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeviceKindsTest {
  @Test
  void gpusShareAGridAndKindsAreOneEach() {
    assertEquals(List.of("auto"), DeviceKinds.of(List.of("auto")));
    assertEquals(List.of("cuda:1,cuda"), DeviceKinds.of(List.of("cuda:1", "cuda")));
    assertEquals(
        List.of("cpu", "cuda:2,cuda:0"), DeviceKinds.of(List.of("cpu", "cuda:2", "cuda:0")));
  }

  @Test
  void refusesWhatWouldMeasureADeviceBesideItself() {
    refuses("--device cpu,cpu names cpu twice", "cpu", "cpu");
    refuses("--device cpu,cpu:0 names cpu:0 twice", "cpu", "cpu:0");
    refuses("--device cuda,cuda:1,cuda:0 names cuda:0 twice", "cuda", "cuda:1", "cuda:0");
    refuses("--device cuda:1,cuda:01 names cuda:01 twice", "cuda:1", "cuda:01");
    refuses("--device auto is one device; name each where there are several", "auto", "cuda:1");
    refuses("--device auto is one device; name each where there are several", "auto", "auto");
  }

  private static void refuses(String message, String... ids) {
    InputException thrown = assertThrows(InputException.class, () -> DeviceKinds.of(List.of(ids)));
    assertEquals(message, thrown.getMessage());
  }
}
