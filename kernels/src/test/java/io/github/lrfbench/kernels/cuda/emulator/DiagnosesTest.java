package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUresult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wrong kernels are found out, each with kernel, block and thread; the device works on. */
@EmulatorTest
class DiagnosesTest {
  private static final String KERNELS =
      """
      extern "C" __global__ void store(float* x, int i) { x[i] = 1; }
      extern "C" __global__ void load(const float* x, float* y, int i) { y[0] = x[i]; }
      extern "C" __global__ void wild(float* x) { *reinterpret_cast<float*>(64) = x[0]; }
      extern "C" __global__ void early(float* x) {
        if (threadIdx.x == 5) return;
        __syncthreads();
        x[threadIdx.x] = 1;
      }
      extern "C" __global__ void apart(float* x) {
        if (threadIdx.x < 32) __syncthreads();
        x[threadIdx.x] = __shfl_sync(0xffffffffu, 1.0f, 0);
      }
      extern "C" __global__ void unwritten(float* x) {
        __shared__ float tile[64];
        if (threadIdx.x != 7) tile[threadIdx.x] = 1;
        __syncthreads();
        x[threadIdx.x] = tile[threadIdx.x];
      }
      extern "C" __global__ void nobody(float* x) {
        __shared__ float tile[4];
        x[threadIdx.x] = tile[threadIdx.x % 4];
      }
      extern "C" __global__ void race(float* x) {
        __shared__ float tile[64];
        tile[threadIdx.x] = 0;
        __syncthreads();
        tile[threadIdx.x] = 1;
        x[threadIdx.x] = tile[63 - threadIdx.x];
      }
      extern "C" __global__ void overwrite(float* x) {
        __shared__ float tile[64];
        tile[threadIdx.x] = threadIdx.x;
        __syncthreads();
        float other = tile[63 - threadIdx.x];
        tile[threadIdx.x] = other;
        x[threadIdx.x] = other;
      }
      extern "C" __global__ void lanes(float* x) {
        __shared__ float tile[32];
        tile[threadIdx.x] = 1;
        if (x[0] > 0) __syncwarp();
        x[threadIdx.x] = tile[31 - threadIdx.x];
      }
      extern "C" __global__ void outside(float* x, int i) {
        __shared__ float tile[32];
        tile[threadIdx.x + i] = 1;
        __syncthreads();
        x[threadIdx.x] = tile[threadIdx.x];
      }
      extern "C" __global__ void dynamic(float* x) {
        extern __shared__ float tile[];
        tile[threadIdx.x] = 1;
        __syncthreads();
        x[threadIdx.x] = tile[threadIdx.x];
      }
      extern "C" __global__ void misaligned(float* x, int i) {
        float4 v = *reinterpret_cast<const float4*>(x + i);
        *reinterpret_cast<float4*>(x) = v;
      }
      extern "C" __global__ void unwaited(const float* from, float* x) {
        __shared__ __align__(16) float tile[4];
        unsigned place = __cvta_generic_to_shared(tile);
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" :: "r"(place), "l"(from));
        asm volatile("cp.async.commit_group;");
        x[0] = tile[0];
      }
      extern "C" __global__ void stranger(float* x) {
        x[threadIdx.x] = __shfl_sync(0x0000ffffu, 1.0f, 20);
      }
      """;

  private RawDevice device;
  private CUdeviceptr x;

  @BeforeEach
  void open() {
    device = new RawDevice();
    x = device.upload(new float[64]);
  }

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void accessPastTheEnd() {
    expect(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "store", "write of 4 bytes", 1, x, 64);
    expect(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "load", "read of 4 bytes", 1, x, x, -1);
  }

  @Test
  void accessToNoMemory() {
    expect(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "wild", "no device memory", 1, x);
  }

  @Test
  void useAfterFree() {
    CUdeviceptr gone = device.allocate(256);
    device.free(gone);
    expect(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "store", "freed allocation", 1, gone, 0);
  }

  @Test
  void newMemoryIsNotZero() {
    CUdeviceptr fresh = device.allocate(16);
    for (float value : device.floats(fresh, 4)) {
      assertTrue(Float.isNaN(value));
    }
  }

  @Test
  void barrierThatAThreadDoesNotReach() {
    String text =
        "__syncthreads is not reached by every thread of the block: 63 wait, 1 have ended";
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "early", text, 64, x);
  }

  @Test
  void barrierAndShuffleAtOnce() {
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "apart", "__syncthreads is not reached", 64, x);
  }

  @Test
  void sharedMemoryReadBeforeItIsWritten() {
    String text = "read of shared memory tile at byte 28 before it is written";
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "unwritten", text, 64, x);
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "nobody", "before it is written", 4, x);
  }

  @Test
  void racesInSharedMemory() {
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "race", "races with a", 64, x);
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "overwrite", "races with a", 64, x);
  }

  @Test
  void lanesOfAWarpNeedABarrierToo() {
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "lanes", "tile", 32, x);
    float[] ones = new float[32];
    Arrays.fill(ones, 1);
    CUfunction lanes = device.kernel(KERNELS, "lanes");
    assertEquals(0, RawDevice.launch(lanes, 1, 32, device.upload(ones)));
  }

  @Test
  void accessOutsideOfSharedMemory() {
    int result = RawDevice.launchOn(null, device.kernel(KERNELS, "dynamic"), 1, 64, 128, x);
    assertEquals(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, result);
    assertTrue(Emulator.diagnoses().get(0).contains("shared memory (dynamic), which has 128"));
    expect(CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, "outside", "outside of the kernel", 32, x, 1);
  }

  @Test
  void vectorsWantAlignment() {
    String text = "which is not a multiple of 16";
    expect(CUresult.CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned", text, 1, x, 1);
  }

  @Test
  void asynchronousCopyThatIsNotWaitedFor() {
    String text = "before the asynchronous copy to it is waited for";
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "unwaited", text, 1, x, x);
  }

  @Test
  void shuffleByALaneOutsideOfTheMask() {
    String text = "not in its mask 0xffff";
    expect(CUresult.CUDA_ERROR_LAUNCH_FAILED, "stranger", text, 32, x);
  }

  @Test
  void launchThatDoesNotFit() {
    CUfunction store = device.kernel(KERNELS, "store");
    assertEquals(CUresult.CUDA_ERROR_INVALID_VALUE, RawDevice.launch(store, 1, 2048, x, 0));
    assertEquals(
        CUresult.CUDA_ERROR_INVALID_VALUE, RawDevice.launchOn(null, store, 1, 1, 65536, x, 0));
  }

  /** The launch fails so; the next one does not. */
  private void expect(int result, String kernel, String text, int threads, Object... parameters) {
    Emulator.clearDiagnoses();
    CUfunction function = device.kernel(KERNELS, kernel);
    assertEquals(result, RawDevice.launch(function, 1, threads, parameters));
    String diagnosis = Emulator.diagnoses().get(0);
    assertTrue(diagnosis.startsWith("kernel " + kernel + ", block (0,0,0), thread ("), diagnosis);
    assertTrue(diagnosis.contains(text), diagnosis);
    CUdeviceptr y = device.upload(0f);
    assertEquals(0, RawDevice.launch(device.kernel(KERNELS, "store"), 1, 1, y, 0));
    assertArrayEquals(new float[] {1}, device.floats(y, 1));
  }
}
