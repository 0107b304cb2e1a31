package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ProvenanceTest {
  @Test
  void theVersionIsTheProjectsAndTheColumnsAreFilled() {
    Provenance provenance = Provenance.current();
    assertTrue(provenance.version().matches("\\d+\\.\\d+\\.\\d+.*"), provenance.version());
    assertFalse(provenance.host().isEmpty());
    RunRow row = provenance.applyTo(Rows.run("r", "c").toBuilder()).build();
    assertEquals(Runtime.version().toString(), row.get(MachineColumns.JAVA_VERSION));
    assertEquals(provenance.version(), row.get(MachineColumns.VERSION));
  }
}
