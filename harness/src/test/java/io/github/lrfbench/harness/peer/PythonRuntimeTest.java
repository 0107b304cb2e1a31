package io.github.lrfbench.harness.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.peer.PythonRuntime.Library;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol, with shell scripts in the place of Python. */
class PythonRuntimeTest {
  private static final int[] IDS = {3, 1, 2};

  @TempDir private Path folder;

  /**
   * A script that answers questions by a shell's cases; it is given the path of ours, pytorch and
   * 2.
   */
  private static PythonRuntime shell(String cases) {
    String loop = "while read -r what rest; do case $what in " + cases + " esac; done";
    return new PythonRuntime(Library.PYTORCH, List.of("sh", "-c", loop), Duration.ofSeconds(10));
  }

  private Peer open(PythonRuntime runtime) {
    return runtime.open(folder, 2);
  }

  @Test
  void questionsAreAnswered() throws IOException {
    Path asked = folder.resolve("asked");
    // 1.0 and -2.0, little-endian.
    String cases =
        "version) echo version 2.9.1;; load) echo $rest $1 $2 > '"
            + asked
            + "'; echo loaded;; read) echo $rest >> '"
            + asked
            + "'; printf 'logits 2\\n\\000\\000\\200\\077\\000\\000\\000\\300';; run) echo ran 1234;;";
    PythonRuntime runtime = shell(cases);
    assertEquals("pytorch 2.9.1", runtime.version());
    try (Peer peer = open(runtime)) {
      assertArrayEquals(new float[] {1, -2}, peer.read(List.of(IDS, IDS)));
      peer.run();
      assertEquals(1234, peer.lastNanos());
    }
    assertEquals(List.of(folder + " pytorch 2", "3 1 2;3 1 2"), Files.readAllLines(asked));
  }

  @Test
  void whatFailsSaysSo() {
    Peer peer = open(shell("load) echo loaded;; read) echo failed RuntimeError: no room;;"));
    assertEquals("RuntimeError: no room", failure(() -> peer.read(List.of(IDS))));
    peer.close();
    assertEquals("no such file", failure(() -> open(shell("load) echo failed no such file;;"))));
  }

  @Test
  void whatDiesLeavesItsLastWords() {
    Peer peer = open(shell("load) echo loaded;; run) echo first >&2; echo killed >&2; exit 9;;"));
    assertEquals("the peer ended at 'run': killed", failure(peer::run));
    peer.close();
    String cut = "load) echo loaded;; read) echo logits 1000000; exit 0;;";
    try (Peer short0 = open(shell(cut))) {
      assertTrue(failure(() -> assertEquals(1_000_000, read(short0))).contains("ended at 'read'"));
    }
  }

  private static int read(Peer peer) {
    return peer.read(List.of(IDS)).length;
  }

  @Test
  void whatHangsIsEnded() {
    String loop = "while read -r what rest; do case $what in load) echo loaded;; esac; done";
    PythonRuntime runtime =
        new PythonRuntime(Library.PYTORCH, List.of("sh", "-c", loop), Duration.ofMillis(300));
    try (Peer peer = open(runtime)) {
      assertEquals("the peer did not answer 'run' within 0.3 s", failure(peer::run));
      assertTrue(failure(peer::run).startsWith("the peer ended at 'run'"), "and stays so");
    }
  }

  @Test
  void nonsenseIsToldAsItIs() {
    try (Peer peer = open(shell("load) echo loaded;; run) echo ran fast;; read) echo hello;;"))) {
      assertEquals("the peer answered 'ran fast'", failure(peer::run));
    }
    try (Peer peer = open(shell("load) echo loaded;; read) echo hello;;"))) {
      assertEquals("the peer answered 'hello'", failure(() -> peer.read(List.of(IDS))));
    }
    try (Peer peer = open(shell("load) echo loaded;; read) echo logits -3;;"))) {
      assertEquals("the peer answered 'logits -3'", failure(() -> peer.read(List.of(IDS))));
    }
  }

  @Test
  void aRuntimeThatIsNotThereIsRefusedInOneLine() {
    PythonRuntime none =
        new PythonRuntime(
            Library.PYTORCH, List.of(folder.resolve("none") + ""), Duration.ofSeconds(10));
    String message = assertThrows(InputException.class, none::version).getMessage();
    assertTrue(message.startsWith("--peer pytorch wants torch, transformers"), message);
    PythonRuntime bare = shell("version) echo 'failed ModuleNotFoundError: No module torch';;");
    message = assertThrows(InputException.class, bare::version).getMessage();
    assertTrue(message.endsWith("ModuleNotFoundError: No module torch"), message);
    assertFalse(message.contains("\n"));
    List<String> command = List.of(folder.resolve("none") + "");
    PythonRuntime onnx = new PythonRuntime(Library.ONNXRUNTIME, command, Duration.ofSeconds(10));
    message = assertThrows(InputException.class, onnx::version).getMessage();
    assertTrue(message.startsWith("--peer onnxruntime wants lrfbench-onnxruntime.jar in"), message);
    message = assertThrows(InputException.class, () -> PeerRuntime.of("onnx")).getMessage();
    assertEquals("--peer onnx is unknown; known are pytorch, onnxruntime", message);
  }

  private static String failure(Runnable asked) {
    return assertThrows(PeerException.class, asked::run).getMessage();
  }
}
