package io.github.lrfbench.harness.result;

/**
 * Which program made a row, and where.
 *
 * @param version the project's version
 * @param gitCommit the commit the program was built from, with {@code -dirty} if files differed
 *     from it, or {@code unknown}
 * @param javaVersion version of the Java runtime
 * @param host name of the machine
 */
public record Provenance(String version, String gitCommit, String javaVersion, String host) {
  /** Of this process. */
  public static Provenance current() {
    return new Provenance(
        BuildInfo.version(), BuildInfo.gitCommit(), Runtime.version().toString(), HostName.read());
  }

  /** Sets the columns that these values belong in. */
  public RunRow.Builder applyTo(RunRow.Builder row) {
    return row.set(MachineColumns.VERSION, version)
        .set(MachineColumns.GIT_COMMIT, gitCommit)
        .set(MachineColumns.JAVA_VERSION, javaVersion)
        .set(MachineColumns.HOST, host);
  }
}
