package io.github.lrfbench.harness.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
  private static final long[] NONE = {};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tensorsAreReadHoweverTheyLieInTheirStorages(boolean old) throws IOException {
    byte[] pickle =
        new TorchBytes()
            .raw(0x80, 2, '}', '(')
            .string("rows")
            .tensor("FloatStorage", "7", 6, old, 0, dims(2, 3), dims(3, 1))
            .string("transposed")
            .tensor("FloatStorage", "7", 6, old, 0, dims(3, 2), dims(1, 3))
            .string("tail")
            .tensor("FloatStorage", "7", 6, old, 4, dims(2), dims(1))
            .string("scalar")
            .tensor("FloatStorage", "7", 6, old, 5, NONE, NONE)
            .string("empty")
            .tensor("FloatStorage", "7", 6, old, 0, dims(0, 4), dims(4, 1))
            .string("steps")
            .raw('K', 9)
            .string("halves")
            .tensor("HalfStorage", "8", 2, old, 0, dims(2), dims(1))
            .raw('u', '.')
            .bytes();
    byte[] floats = floats(1, 2, 3, 4, 5, 6);
    byte[] halves = {0, 0x3c, 0, (byte) 0xc0};
    Path path = folder.resolve("pytorch_model.bin");
    Files.write(
        path,
        old
            ? TorchBytes.legacy(pickle, List.of("7", "8"), List.of(6L, 2L), List.of(floats, halves))
            : TorchBytes.zip(pickle, Map.of("7", floats, "8", halves)));
    try (TensorFile file = TensorFile.open(path)) {
      assertEquals(Set.of("rows", "transposed", "tail", "scalar", "empty", "halves"), file.names());
      assertEquals(Shape.of(3, 2), file.shape("transposed"));
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.readFloats("rows"));
      assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, file.readFloats("transposed"));
      assertArrayEquals(new float[] {5, 6}, file.readFloats("tail"));
      assertArrayEquals(new float[] {6}, file.readFloats("scalar"));
      assertArrayEquals(new float[0], file.readFloats("empty"));
      assertArrayEquals(new float[] {1, -2}, file.readFloats("halves"));
    }
  }

  @Test
  void calledCodeIsNamedAndNotRun() throws IOException {
    Path witness = folder.resolve("witness");
    byte[] system =
        new TorchBytes()
            .raw(0x80, 2)
            .global("os", "system")
            .string("touch " + witness)
            .raw(0x85, 'R', '.')
            .bytes();
    assertTrue(refused(system).contains("'os.system'"));
    byte[] stacked =
        new TorchBytes()
            .raw(0x80, 4)
            .string("__builtin__")
            .string("eval")
            .raw(0x93)
            .string("1")
            .raw(0x85, 'R', '.')
            .bytes();
    assertTrue(refused(stacked).contains("'builtins.eval'"));
    assertTrue(Files.notExists(witness));
  }

  @Test
  void otherObjectsAreNamed() throws IOException {
    assertTrue(
        refused(new TorchBytes().raw(0x80, 2).global("transformers.bert", "Bert").bytes())
            .contains("save its state_dict()"));
    assertTrue(
        refused(new TorchBytes().global("torch._utils", "_rebuild_qtensor").bytes())
            .contains("_rebuild_qtensor"));
    assertTrue(refused(new TorchBytes().raw('i').bytes()).contains("instruction 0x69"));
    assertTrue(refused(new TorchBytes().raw('}', '.').raw('K').bytes(), true).isEmpty());
  }

  @Test
  void lengthsAndSizesAreHeldAgainstTheFile() throws IOException {
    assertTrue(refused(new TorchBytes().raw('X', 255, 255, 255, 255).bytes()).contains("length"));
    assertTrue(
        refused(new TorchBytes().raw(0x8d, 0, 0, 0, 0, 0, 0, 0, 128).bytes()).contains("length"));
    assertTrue(refused(new TorchBytes().raw(0x8b, 255, 255, 255, 127).bytes()).contains("length"));
    assertTrue(
        refused(new TorchBytes().raw(0x95, 9, 0, 0, 0, 0, 0, 0, 0).bytes()).contains("length"));
    assertTrue(refused(new TorchBytes().raw('h', 3).bytes()).contains("recalls 3"));
    assertTrue(refused(new TorchBytes().raw('.').bytes()).contains("empty stack"));
    assertTrue(refused(new TorchBytes().raw('(', 'a').bytes()).contains("empty stack"));
    assertTrue(refused(new TorchBytes().raw('t').bytes()).contains("no mark"));
    assertTrue(refused(new TorchBytes().raw(']', ']', ']', 's').bytes()).contains("no dict"));
    assertTrue(refused(new TorchBytes().bytes()).contains("ends in the middle"));
    assertTrue(refusedTensor(6, 4, dims(3), dims(1)).contains("beyond the end"));
    assertTrue(refusedTensor(6, 0, dims(2, 3), dims(4, 1)).contains("beyond the end"));
    assertTrue(refusedTensor(6, 0, dims(2), dims(Long.MAX_VALUE)).contains("beyond the end"));
    assertTrue(refusedTensor(6, 0, dims(1L << 40), dims(0)).contains("more elements"));
    assertTrue(refusedTensor(6, 0, dims(1L << 40, 1L << 40), dims(0, 0)).contains("too large"));
    assertTrue(refusedTensor(6, -1, dims(1), dims(1)).contains("negative"));
    assertTrue(refusedTensor(6, 0, dims(1), dims(-1)).contains("negative"));
    assertTrue(refusedTensor(6, 0, dims(1), dims(1, 1)).contains("strides"));
    assertTrue(refusedTensor(7, 0, dims(1), dims(1)).contains("24 bytes, expected 28"));
    assertTrue(refusedTensor(1L << 62, 0, dims(1), dims(1)).contains("24 bytes"));
  }

  @Test
  @Timeout(60)
  void bombsStaySmall() throws IOException {
    TorchBytes doubled = new TorchBytes().raw(')');
    for (int i = 0; i < 200; i++) {
      doubled.raw('2', 0x86);
    }
    assertTrue(refused(doubled.raw('.').bytes()).contains("no dict"));
    TorchBytes key = new TorchBytes().raw('}', ')');
    for (int i = 0; i < 200; i++) {
      key.raw('2', 0x86);
    }
    assertTrue(refused(key.raw('N', 's', '.').bytes()).contains("without tensors"));
    byte[] many = new byte[3_000_000];
    java.util.Arrays.fill(many, (byte) ']');
    assertTrue(refused(many).contains("2000000 objects"));
    TorchBytes nested = new TorchBytes();
    for (int i = 0; i < 20_000; i++) {
      nested.global("torch._tensor", "_rebuild_from_type_v2").raw('(');
      nested.global("torch._tensor", "_rebuild_from_type_v2").global("torch", "Tensor");
    }
    nested.raw(')');
    for (int i = 0; i < 20_000; i++) {
      nested.raw('N', 't', 'R');
    }
    assertTrue(refused(nested.raw('.').bytes()).contains("in a way that PyTorch does not"));
  }

  @Test
  void otherFilesAreNamed() throws IOException {
    Path path = folder.resolve("pytorch_model.bin");
    Files.write(path, new byte[0]);
    assertTrue(refused(path).endsWith("is empty"));
    Files.writeString(path, "version https://git-lfs.github.com/spec/v1\n");
    assertTrue(refused(path).contains("git lfs pull"));
    Files.writeString(path, "<html>");
    assertTrue(refused(path).contains("is no file that torch.save wrote"));
    byte[] tar = new byte[512];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    Files.write(path, tar);
    assertTrue(refused(path).contains("tar"));
    byte[] zip = TorchBytes.zip(new TorchBytes().raw('}', '.').bytes(), Map.of());
    Files.write(path, java.util.Arrays.copyOf(zip, zip.length - 30));
    assertTrue(refused(path).contains("truncated"));
  }

  @Test
  void whatTorchSavesIsReadToTheBit() throws IOException, InterruptedException {
    String script =
        """
        import torch, collections
        from safetensors.torch import save_file
        torch.manual_seed(1)
        a, b = torch.randn(5, 7), torch.randn(3, 4, 5)
        d = collections.OrderedDict(a=a, t=a.t(), part=a[1:4, 2:6], p=b.permute(2, 0, 1), tied=a,
            step=b[..., ::2], one=torch.tensor(2.5), none=torch.zeros(0, 3), half=a.half(),
            bf=a.bfloat16(), double=a.double(), wide=a[:1].expand(4, 7),
            param=torch.nn.Parameter(a), sub=torch.nn.Linear(3, 4).weight)
        save_file({k: v.detach().clone().contiguous() for k, v in d.items()}, 'expected.safetensors')
        d.update(step_count=3, name='x', ids=torch.arange(4), flag=torch.ones(2).bool())
        for protocol in range(2, 6):
            torch.save(d, f'{protocol}.bin', pickle_protocol=protocol)
            torch.save({'state_dict': d, 'epoch': 1}, f'{protocol}-old.bin',
                pickle_protocol=protocol, _use_new_zipfile_serialization=False)
        print('ok')
        """;
    assumeTrue(
        python(script).startsWith("ok"),
        "needs a Python with torch and safetensors; name it in LRFBENCH_PYTHON");
    try (TensorFile expected = TensorFile.open(folder.resolve("expected.safetensors"))) {
      for (String name : List.of("2", "3", "4", "5", "2-old", "3-old", "4-old", "5-old")) {
        try (TensorFile file = TensorFile.open(folder.resolve(name + ".bin"))) {
          for (String tensor : expected.names()) {
            assertEquals(expected.shape(tensor), file.shape(tensor), tensor);
            assertArrayEquals(expected.readFloats(tensor), file.readFloats(tensor), 0, tensor);
          }
        }
      }
    }
  }

  private String python(String script) throws IOException, InterruptedException {
    String interpreter = System.getenv().getOrDefault("LRFBENCH_PYTHON", "python3");
    try {
      Process process =
          new ProcessBuilder(interpreter, "-c", script)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      return "";
    }
  }

  private String refusedTensor(long elements, long offset, long[] dims, long[] strides)
      throws IOException {
    byte[] pickle =
        new TorchBytes()
            .raw('}')
            .string("a")
            .tensor("FloatStorage", "0", elements, false, offset, dims, strides)
            .raw('s', '.')
            .bytes();
    return refused(pickle);
  }

  private String refused(byte[] pickle) throws IOException {
    return refused(pickle, false);
  }

  private String refused(byte[] pickle, boolean opens) throws IOException {
    Path path = folder.resolve("pytorch_model.bin");
    Files.write(path, TorchBytes.zip(pickle, Map.of("0", floats(1, 2, 3, 4, 5, 6))));
    if (opens) {
      TensorFile.open(path).close();
      return "";
    }
    return refused(path);
  }

  @Test
  void whatIsMadeAgainAndAgainStaysSmall() throws IOException {
    byte[] kept = new byte[2_000_100];
    Arrays.fill(kept, (byte) 0x94);
    TorchBytes memo = new TorchBytes().raw('N');
    assertTrue(refused(memo.raw(kept).raw('.').bytes()).contains("2000000 objects"));

    // A list of 100,000 pairs, of which one dict after the other is made.
    TorchBytes dicts = new TorchBytes().string("k").raw('N', 0x86, 'q', 0, ']', '(');
    for (int i = 0; i < 100_000; i++) {
      dicts.raw('h', 0);
    }
    dicts.raw('e', 0x85, 'q', 1).global("collections", "OrderedDict").raw('q', 2);
    for (int i = 0; i < 100_000; i++) {
      dicts.raw('h', 2, 'h', 1, 'R', '0');
    }
    assertTrue(refused(dicts.raw('.').bytes()).contains("dicts of more than 1000000 items"));

    long[] dims = new long[65];
    Arrays.fill(dims, 1);
    String fault =
        refused(new TorchBytes().tensor("FloatStorage", "0", 1, false, 0, dims, dims).bytes());
    assertTrue(fault.contains("more than 64 dimensions"), fault);
  }

  private static String refused(Path path) {
    String message =
        assertThrows(InputException.class, () -> TensorFile.open(path).close()).getMessage();
    assertTrue(message.startsWith(path + ": "), message);
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  private static long[] dims(long... dims) {
    return dims;
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
