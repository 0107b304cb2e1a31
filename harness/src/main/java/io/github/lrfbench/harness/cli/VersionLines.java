package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.Provenance;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionLines implements IVersionProvider {
  @Override
  public String[] getVersion() {
    Provenance program = Provenance.current();
    return new String[] {
      "LRF-Bench " + program.version() + " (commit " + program.gitCommit() + ")",
      "Java " + program.javaVersion() + " (" + System.getProperty("java.vendor") + ")"
    };
  }
}
