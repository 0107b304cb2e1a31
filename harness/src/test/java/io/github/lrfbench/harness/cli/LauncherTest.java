package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher in a project whose Maven and Java are small scripts. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(60)
class LauncherTest {
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$@" >> builds
      if [ -f broken ]; then echo "COMPILATION ERROR"; exit 1; fi
      sleep 0.2
      mkdir -p harness/target/lib
      echo jar > harness/target/lrfbench.jar
      echo jar > harness/target/lib/other-1.jar
      echo jar > harness/target/lib/lrfbench-kernels-1.jar
      """;
  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then echo 'openjdk version "21.0.1" 2023-10-17' >&2; exit; fi
      for argument in "$@"; do echo "$argument"; done
      """;

  /** Archives classes as Java does. */
  private static final String ARCHIVING_JAVA =
      JAVA
          + """
          for argument in "$@"; do
            case $argument in
              -XX:ArchiveClassesAtExit=*)
                echo once >> archived
                while [ "$1" != -cp ]; do shift; done
                echo "of $2" > "${argument#*=}"
                ;;
            esac
          done
          """;

  private static final String UNOPTIMIZED = "-XX:TieredStopAtLevel=1";
  private static final String TOOLS =
      "bash env sh dirname readlink find mkdir cat mv rm sleep cp ln date touch sed perl wc";

  @TempDir Path folder;
  private Path root;
  private Path javaHome;

  private record Outcome(int exitCode, List<String> out, String err) {}

  @BeforeEach
  void makeProject() throws IOException {
    root = Files.createDirectories(folder.resolve("a project"));
    for (String module : List.of("kernels", "harness")) {
      Files.createDirectories(root.resolve(module).resolve("src/main/java"));
      Files.createFile(root.resolve(module).resolve("pom.xml"));
    }
    Files.createFile(root.resolve("pom.xml"));
    Files.createFile(source());
    script(root.resolve("mvnw"), MAVEN);
    script(
        root.resolve("lrfbench"), Files.readString(TestData.repositoryRoot().resolve("lrfbench")));
    javaHome = jdk("17.0.2");
  }

  @Test
  void theFirstUseBuildsAndTheSecondDoesNot() throws Exception {
    Outcome first = launch("list", "a b", "*", "");
    assertEquals(0, first.exitCode(), first.err());
    assertEquals("building LRF-Bench (first use) ...\n", first.err());
    Outcome second = launch("list", "a b", "*", "");
    assertEquals("", second.err());
    assertEquals(1, builds());
    List<String> arguments = second.out();
    int size = arguments.size();
    assertEquals(List.of("list", "a b", "*", ""), arguments.subList(size - 4, size));
    assertEquals(Main.class.getName(), arguments.get(size - 5));
    assertTrue(Files.exists(Path.of(arguments.get(size - 6))), arguments.get(size - 6));
    assertTrue(arguments.contains("-Dlrfbench.home=" + root.toRealPath()));
  }

  @Test
  void aNewerSourceIsBuiltIntoAFolderOfItsOwn() throws Exception {
    launch();
    Path before = jar(launch());
    touch(source());
    assertEquals("building LRF-Bench (sources changed) ...\n", launch().err());
    Path after = jar(launch());
    assertEquals(2, builds());
    assertFalse(before.equals(after));
    for (Path jar : List.of(before, after)) {
      assertTrue(Files.exists(jar));
      assertTrue(Files.exists(jar.resolveSibling("lib").resolve("other-1.jar")));
      assertTrue(Files.exists(jar.resolveSibling("lib").resolve("lrfbench-kernels-1.jar")));
    }
  }

  @Test
  void aDeletedSourceIsNoticed() throws Exception {
    launch();
    Files.delete(source());
    launch();
    assertEquals(2, builds());
  }

  @Test
  void aFailedBuildShowsWhatMavenSaidAndIsTriedAgain() throws Exception {
    Files.createFile(root.resolve("broken"));
    for (int i = 1; i <= 2; i++) {
      Outcome failed = launch();
      assertEquals(2, failed.exitCode());
      assertEquals(
          "building LRF-Bench (first use) ...\n"
              + "COMPILATION ERROR\n"
              + "lrfbench: the build failed, see above\n",
          failed.err());
      assertEquals(List.of(), failed.out());
      assertEquals(i, builds());
    }
    Files.delete(root.resolve("broken"));
    assertEquals(0, launch().exitCode());
  }

  @Test
  void whatKilledBuildsLeftGoesWithTheNext() throws Exception {
    Path app = Files.createDirectories(root.resolve("harness/target/app"));
    Files.createFile(app.resolve("started.1"));
    Files.createFile(root.resolve("broken"));
    launch();
    assertEquals(List.of(), started(app));
    Files.delete(root.resolve("broken"));
    Files.createFile(app.resolve("started.2.name"));
    assertEquals(0, launch().exitCode());
    assertEquals(List.of(), started(app));
  }

  private static List<Path> started(Path app) throws IOException {
    try (Stream<Path> files = Files.list(app)) {
      return files.filter(f -> f.getFileName().toString().startsWith("started.")).toList();
    }
  }

  @Test
  void aFolderWithAColonIsRefusedInOneLine() throws Exception {
    Files.move(root, root.resolveSibling("a:b"));
    root = root.resolveSibling("a:b");
    assertFails(
        root.toRealPath() + " has a colon in it, where Java ends a path; rename the folder");
  }

  @Test
  void aLocaleThatIsNotInstalledIsNotUsed() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux") && Files.exists(Path.of("/usr/bin/locale")));
    script(javaHome.resolve("bin/java"), "#!/bin/sh\necho \"${LC_ALL-none}\"\n");
    Map<String, String> environment = new HashMap<>(environment());
    for (String missing : List.of("xx_YY.UTF-8", "C", "POSIX", "")) {
      environment.put("LC_ALL", missing);
      assertEquals(List.of("C.UTF-8"), run(root.resolve("lrfbench"), environment).out(), missing);
    }
    environment.put("LC_ALL", "C.utf8");
    assertEquals(List.of("C.utf8"), run(root.resolve("lrfbench"), environment).out());
  }

  @Test
  void symbolicLinksLeadToTheProject() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("first"), root.resolve("lrfbench"));
    Files.createSymbolicLink(bin.resolve("second"), Path.of("first"));
    Outcome outcome = run(bin.resolve("second"), environment());
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertEquals(1, builds());
  }

  @Test
  void twoLaunchersBuildOnce() throws Exception {
    launchTogether(environment());
    assertEquals(1, builds());
  }

  @Test
  void twoLaunchersBuildOnceWithoutFlock() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("tools"));
    for (String tool : TOOLS.split(" ")) {
      Path program = Path.of(Files.exists(Path.of("/usr/bin", tool)) ? "/usr/bin" : "/bin", tool);
      assumeTrue(Files.exists(program), program + " is missing");
      script(bin.resolve(tool), "#!/bin/sh\nexec " + program + " \"$@\"\n");
    }
    launchTogether(Map.of("JAVA_HOME", javaHome.toString(), "PATH", bin.toString()));
    assertEquals(1, builds());
  }

  @Test
  void aJavaThatDoesNotDoIsToldInOneLine() throws Exception {
    javaHome = jdk("11.0.20");
    assertFails("needs a JDK 17 or newer, but " + javaHome + "/bin/java is 11.0.20; set JAVA_HOME");
    javaHome = jdk("1.8.0_402");
    assertFails(
        "needs a JDK 17 or newer, but " + javaHome + "/bin/java is 1.8.0_402; set JAVA_HOME");
    javaHome = jdk("17.0.1");
    Files.delete(javaHome.resolve("bin/javac"));
    assertFails("building needs a JDK, but " + javaHome + " has no javac; set JAVA_HOME");
    javaHome = folder.resolve("nowhere");
    assertFails("JAVA_HOME is " + javaHome + ", but there is no bin/java in it");
    assertEquals(0, builds());
  }

  @Test
  void theVersionIsAskedForWhereTheReleaseFileIsMissing() throws Exception {
    Files.delete(javaHome.resolve("release"));
    assertFalse(launch().out().contains("--enable-native-access=ALL-UNNAMED"));
    script(javaHome.resolve("bin/java"), JAVA.replace("21.0.1", "22"));
    assertTrue(launch().out().contains("--enable-native-access=ALL-UNNAMED"));
    script(javaHome.resolve("bin/java"), "#!/bin/sh\nexit 1\n");
    assertFails(
        "needs a JDK 17 or newer, but "
            + javaHome
            + "/bin/java is not a working Java; set JAVA_HOME");
  }

  @Test
  void optionsFollowTheVersionAndTheUser() throws Exception {
    List<String> old = launch().out();
    assertTrue(old.contains("-XX:+UseSerialGC"));
    assertFalse(old.contains("--enable-native-access=ALL-UNNAMED"));
    javaHome = jdk("25.0.3");
    Map<String, String> environment = new HashMap<>(environment());
    environment.put("LRFBENCH_JAVA_OPTS", "-Xmx1g -XX:+UseG1GC");
    environment.put("LRFBENCH_CLASSPATH", "/my/methods.jar");
    List<String> arguments = run(root.resolve("lrfbench"), environment).out();
    assertTrue(arguments.contains("--enable-native-access=ALL-UNNAMED"));
    assertTrue(arguments.containsAll(List.of("-Xmx1g", "-XX:+UseG1GC")));
    assertFalse(arguments.contains("-XX:+UseSerialGC"));
    assertTrue(arguments.stream().anyMatch(a -> a.endsWith("lrfbench.jar:/my/methods.jar")));
  }

  @Test
  void theBuildArchivesClassesForTheJavaThatMadeIt() throws Exception {
    script(javaHome.resolve("bin/java"), ARCHIVING_JAVA);
    Path jar = jar(launch());
    Path archive = jar.resolveSibling("classes-17.0.2.jsa");
    assertEquals("of " + jar + "\n", Files.readString(archive));
    List<String> archives = List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto");
    assertTrue(launch().out().containsAll(archives));
    assertTrue(launch().out().contains("-Xlog:cds*=off"));
    assertEquals(1, Files.readAllLines(folder.resolve("archived")).size());
    javaHome = jdk("21");
    assertFalse(launch().out().contains("-Xshare:auto"));
    javaHome = jdk("17.0.2");
    assertTrue(launch().out().contains("-Xshare:auto"));
    Files.writeString(archive, "of");
    assertFalse(launch().out().contains("-Xshare:auto"), "half of it");
    Files.delete(archive);
    assertFalse(launch().out().contains("-Xshare:auto"));
    assertEquals(1, builds());
  }

  @Test
  void onlyWhatPrintsIsLeftUnoptimized() throws Exception {
    for (String line : List.of("--version", "--help", "sweep --help", "list methods")) {
      assertTrue(launch(line.split(" ")).out().contains(UNOPTIMIZED), line);
    }
    for (String line :
        List.of("sweep", "sweep a.yaml", "sweep --keep --help", "generate --prompt --help -h")) {
      assertFalse(launch(line.split(" ")).out().contains(UNOPTIMIZED), line);
    }
  }

  private void launchTogether(Map<String, String> environment) throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(start(root.resolve("lrfbench"), environment));
    }
    for (Process process : processes) {
      Outcome outcome = outcome(process);
      assertEquals(0, outcome.exitCode(), outcome.err());
      assertTrue(Files.exists(jar(outcome)));
    }
  }

  private void assertFails(String line, String... arguments) throws Exception {
    Outcome outcome = launch(arguments);
    assertEquals(2, outcome.exitCode());
    assertEquals("lrfbench: " + line + "\n", outcome.err());
  }

  private Outcome launch(String... arguments) throws Exception {
    return run(root.resolve("lrfbench"), environment(), arguments);
  }

  private Map<String, String> environment() {
    return Map.of("JAVA_HOME", javaHome.toString(), "PATH", System.getenv("PATH"));
  }

  private Outcome run(Path launcher, Map<String, String> environment, String... arguments)
      throws Exception {
    return outcome(start(launcher, environment, arguments));
  }

  private Process start(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Outcome outcome(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    List<String> lines = out.isEmpty() ? List.of() : List.of(out.split("\n", -1));
    return new Outcome(
        process.waitFor(), lines.isEmpty() ? lines : lines.subList(0, lines.size() - 1), err);
  }

  /** The program's jar, as the launcher names it on the class path. */
  private static Path jar(Outcome outcome) {
    return Path.of(outcome.out().get(outcome.out().indexOf("-cp") + 1));
  }

  private long builds() throws IOException {
    Path log = root.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private Path source() {
    return root.resolve("harness/src/main/java/A.java");
  }

  private static void touch(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  private Path jdk(String version) throws IOException {
    Path home = Files.createDirectories(folder.resolve("jdk-" + version));
    Files.createDirectories(home.resolve("bin"));
    script(home.resolve("bin/java"), JAVA);
    script(home.resolve("bin/javac"), JAVA);
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
