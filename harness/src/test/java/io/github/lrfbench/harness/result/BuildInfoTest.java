package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildInfoTest {
  @TempDir private Path folder;

  @Test
  void aCopyKnowsTheCommitItWasBuiltFrom() {
    assertEquals("12ab-dirty", BuildInfo.gitCommit("", null, "12ab-dirty"));
    assertEquals("12ab", BuildInfo.gitCommit("", folder.toString(), "12ab"));
  }

  @Test
  void whatTheBuildWasToldGoesFirst() {
    assertEquals("34cd", BuildInfo.gitCommit("34cd", null, "12ab"));
  }

  @Test
  void whatNobodyKnowsIsUnknown() throws IOException {
    assertEquals("unknown", BuildInfo.gitCommit("", null, "${lrfbench.described}"));
    assertEquals("unknown", BuildInfo.gitCommit("", folder.toString(), ""));
    // A folder that git takes for a checkout and cannot read.
    Files.createDirectory(folder.resolve(".git"));
    assertEquals("12ab", BuildInfo.gitCommit("", folder.toString(), "12ab"));
  }

  @Test
  void theCheckoutThatRunsGoesBeforeTheBuild() throws IOException {
    Path root = TestData.repositoryRoot();
    if (Files.exists(root.resolve(".git"))) {
      String commit = BuildInfo.gitCommit("", root.toString(), "12ab");
      assertTrue(commit.matches("[0-9a-f]{40}(-dirty)?"), commit);
    }
  }

  @Test
  void thisBuildKnowsItsCommit() {
    String commit = BuildInfo.gitCommit();
    assertTrue(commit.matches("[0-9a-f]{40}(-dirty)?|unknown"), commit);
  }
}
