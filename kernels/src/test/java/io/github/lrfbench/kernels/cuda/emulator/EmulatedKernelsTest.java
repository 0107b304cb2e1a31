package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Right kernels do what they would do on a GPU, and nothing is found fault with. */
@EmulatorTest
class EmulatedKernelsTest {
  private RawDevice device;

  @BeforeEach
  void open() {
    device = new RawDevice();
  }

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void addsVectors() {
    CUfunction add =
        device.kernel(
            """
            extern "C" __global__ void add(const float* a, const float* b, float* c, int n) {
              int i = blockIdx.x * blockDim.x + threadIdx.x;
              if (i < n) c[i] = a[i] + b[i];
            }
            """,
            "add");
    int n = 5000;
    float[] a = new float[n];
    float[] b = new float[n];
    float[] expected = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] = i;
      b[i] = 0.5f * i;
      expected[i] = 1.5f * i;
    }
    CUdeviceptr c = device.allocate(4L * n);
    run(add, (n + 255) / 256, 256, device.upload(a), device.upload(b), c, n);
    assertArrayEquals(expected, device.floats(c, n));
  }

  @Test
  void reducesBySharedMemoryAndShuffles() {
    CUfunction sum =
        device.kernel(
            """
            template <int THREADS>
            __device__ float reduce(float v) {
              __shared__ float parts[THREADS / 32];
              for (int o = 16; o > 0; o /= 2) v += __shfl_down_sync(0xffffffffu, v, o);
              if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = v;
              __syncthreads();
              float total = 0;
              for (int i = 0; i < THREADS / 32; i++) total += parts[i];
              return total;
            }
            extern "C" __global__ void __launch_bounds__(256) sum(const float* a, float* out, int n) {
              float v = 0;
              #pragma unroll 4
              for (int i = threadIdx.x; i < n; i += blockDim.x) v += a[blockIdx.x * n + i];
              v = reduce<256>(v);
              if (threadIdx.x == 0) out[blockIdx.x] = v;
            }
            """,
            "sum");
    int blocks = 7;
    int n = 1000;
    float[] a = new float[blocks * n];
    float[] expected = new float[blocks];
    for (int i = 0; i < a.length; i++) {
      a[i] = i % 13;
      expected[i / n] += a[i];
    }
    CUdeviceptr out = device.allocate(4L * blocks);
    run(sum, blocks, 256, device.upload(a), out, n);
    assertArrayEquals(expected, device.floats(out, blocks));
  }

  @Test
  void givesDynamicSharedMemory() {
    CUfunction reverse =
        device.kernel(
            """
            extern "C" __global__ void reverse(float* x) {
              extern __shared__ __align__(16) unsigned char raw[];
              float* tile = reinterpret_cast<float*>(raw);
              tile[threadIdx.x] = x[threadIdx.x];
              __syncthreads();
              x[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
            }
            """,
            "reverse");
    CUdeviceptr x = device.upload(1, 2, 3, 4);
    RawDevice.check(RawDevice.launchOn(null, reverse, 1, 4, 16, x));
    assertArrayEquals(new float[] {4, 3, 2, 1}, device.floats(x, 4));
  }

  @Test
  void refusesWhatDevicesHaveNoRoomFor() {
    CUfunction shared =
        device.kernel(
            """
            extern "C" __global__ void shared(float* x) {
              extern __shared__ float dynamic[];
              __shared__ float fixed[16];
              fixed[threadIdx.x] = dynamic[threadIdx.x] = x[threadIdx.x];
            }
            """,
            "shared");
    CUdeviceptr x = device.upload(1);
    int most = 48 * 1024 - 16 * Float.BYTES;
    RawDevice.check(RawDevice.launchOn(null, shared, 1, 1, most, x));
    assertNotEquals(0, RawDevice.launchOn(null, shared, 1, 1, most + 4, x));
    // Without launch bounds a kernel may be compiled to more registers than 512 threads have.
    assertNotEquals(0, RawDevice.launch(shared, 1, 512, x));
  }

  @Test
  void launchesTogetherOnlyWhatRunsAtOnce() {
    CUfunction nothing =
        device.kernel(
            "extern \"C\" __global__ void __launch_bounds__(1024) nothing() {}", "nothing");
    int most = 2 * 108;
    RawDevice.check(RawDevice.launchTogether(nothing, most, 1024));
    assertNotEquals(0, RawDevice.launchTogether(nothing, most + 1, 1024));
  }

  @Test
  void shufflesAndVotes() {
    CUfunction collective =
        device.kernel(
            """
            extern "C" __global__ void collective(float* out) {
              unsigned all = 0xffffffffu;
              int lane = threadIdx.x;
              float* mine = out + 6 * lane;
              mine[0] = __shfl_sync(all, lane, 5);
              mine[1] = __shfl_up_sync(all, lane, 1);
              mine[2] = __shfl_xor_sync(all, lane, 3, 8);
              mine[3] = __popc(__ballot_sync(all, lane < 10));
              mine[4] = __any_sync(all, lane == 31) + 2 * __all_sync(all, lane < 31);
              double d = __shfl_down_sync(all, 0.5 * lane, 2);
              mine[5] = static_cast<float>(d);
            }
            """,
            "collective");
    CUdeviceptr out = device.allocate(4 * 6 * 32);
    run(collective, 1, 32, out);
    float[] values = device.floats(out, 6 * 32);
    for (int lane = 0; lane < 32; lane++) {
      float[] expected = {
        5, Math.max(0, lane - 1), lane ^ 3, 10, 1, 0.5f * (lane + 2 < 32 ? lane + 2 : lane)
      };
      if (lane == 0) {
        expected[1] = 0;
      }
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], values[6 * lane + i], "lane " + lane + ", value " + i);
      }
    }
  }

  @Test
  void countsAtomicallyAcrossBlocks() {
    CUfunction count =
        device.kernel(
            """
            __device__ int calls;
            extern "C" __global__ void count(float* sum) {
              atomicAdd(sum, 0.5f);
              atomicAdd(&calls, 1);
              if (atomicMax(&calls, 0) == 640) *sum += 1000;
            }
            """,
            "count");
    CUdeviceptr sum = device.upload(0f);
    run(count, 10, 64, sum);
    assertEquals(320f + 1000f, device.floats(sum, 1)[0]);
  }

  @Test
  void convertsHalvesByPtx() {
    CUfunction convert =
        device.kernel(
            """
            extern "C" __global__ void convert(float* x) {
              unsigned short half, bfloat;
              float value = x[threadIdx.x], back;
              asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(value));
              asm("cvt.f32.f16 %0, %1;" : "=f"(back) : "h"(half));
              asm volatile("cvt.rn.bf16.f32 %0, %1;" : "=h"(bfloat) : "f"(value));
              x[threadIdx.x] = back;
              x[threadIdx.x + 4] = __uint_as_float(static_cast<unsigned>(bfloat) << 16);
            }
            """,
            "convert");
    CUdeviceptr x = device.upload(1.0f / 3, 65520f, -2049f, 1.00390625f, 0, 0, 0, 0);
    run(convert, 1, 4, x);
    float[] expected = {
      0.333251953125f,
      Float.POSITIVE_INFINITY,
      -2048f,
      1.00390625f,
      0.333984375f,
      65536f,
      -2048f,
      1.0f
    };
    assertArrayEquals(expected, device.floats(x, 8));
  }

  @Test
  void multipliesOnTensorCores() {
    CUfunction multiply =
        device.kernel(
            """
            // c[16, 8] = a[16, 16] b[16, 8], row-major; halves are made from floats on the way.
            extern "C" __global__ void multiply(const float* a, const float* b, float* c) {
              __shared__ __align__(16) unsigned short a_tile[16][16];
              __shared__ __align__(16) unsigned short b_tile[16][8];
              for (int i = threadIdx.x; i < 256; i += 32)
                asm("cvt.rn.f16.f32 %0, %1;" : "=h"(a_tile[i / 16][i % 16]) : "f"(a[i]));
              for (int i = threadIdx.x; i < 128; i += 32)
                asm("cvt.rn.f16.f32 %0, %1;" : "=h"(b_tile[i / 8][i % 8]) : "f"(b[i]));
              __syncthreads();
              unsigned x[4], y[4];
              float d[4] = {};
              unsigned row = __cvta_generic_to_shared(&a_tile[threadIdx.x % 16][threadIdx.x / 16 * 8]);
              asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                           : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3]) : "r"(row));
              row = __cvta_generic_to_shared(&b_tile[threadIdx.x % 16][0]);
              asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                           : "=r"(y[0]), "=r"(y[1]) : "r"(row));
              asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
                           "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                           : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                           : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(y[0]), "r"(y[1]));
              int g = threadIdx.x / 4, t = threadIdx.x % 4;
              for (int i = 0; i < 4; i++) c[(g + 8 * (i / 2)) * 8 + 2 * t + i % 2] = d[i];
            }
            """,
            "multiply");
    Random random = new Random(1);
    float[] a = new float[256];
    float[] b = new float[128];
    for (int i = 0; i < a.length; i++) {
      a[i] = random.nextInt(9) - 4;
      b[i / 2] = random.nextInt(9) - 4;
    }
    float[] expected = new float[128];
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j < 8; j++) {
        for (int k = 0; k < 16; k++) {
          expected[8 * i + j] += a[16 * i + k] * b[8 * k + j];
        }
      }
    }
    CUdeviceptr c = device.allocate(4 * 128);
    run(multiply, 1, 32, device.upload(a), device.upload(b), c);
    assertArrayEquals(expected, device.floats(c, 128));
  }

  private static final String COPY_ASYNC =
      """
      extern "C" __global__ void copy(const float* from, float* to) {
        __shared__ __align__(16) float tile[128];
        unsigned place = __cvta_generic_to_shared(&tile[4 * threadIdx.x]);
        int bytes = threadIdx.x < 31 ? 16 : 8;
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                     :: "r"(place), "l"(from + 4 * threadIdx.x), "r"(bytes));
        asm volatile("cp.async.commit_group;");
        asm volatile("cp.async.wait_group %0;" :: "n"(0));
        __syncthreads();
        for (int i = 0; i < 4; i++) to[4 * threadIdx.x + i] = tile[127 - 4 * threadIdx.x - i];
      }
      """;

  @Test
  void copiesAsynchronously() {
    float[] from = new float[128];
    float[] expected = new float[128];
    for (int i = 0; i < 128; i++) {
      from[i] = i + 1;
      expected[127 - i] = i < 126 ? i + 1 : 0;
    }
    CUdeviceptr to = device.allocate(4 * 128);
    run(device.kernel(COPY_ASYNC, "copy"), 1, 32, device.upload(from), to);
    assertArrayEquals(expected, device.floats(to, 128));
  }

  @Test
  void blocksWaitForTheirNeighbours() {
    CUfunction exchange =
        device.kernel(
            """
            // Each block of eight needs what the last of them writes.
            extern "C" __global__ void exchange(unsigned* counter, float* values, float* out) {
              int group = blockIdx.x / 8;
              __shared__ float last;
              if (threadIdx.x == 0) {
                values[blockIdx.x] = blockIdx.x;
                asm volatile("red.release.gpu.global.add.u32 [%0], %1;"
                             :: "l"(counter + group), "r"(1u) : "memory");
                unsigned arrived;
                do {
                  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];"
                               : "=r"(arrived) : "l"(counter + group) : "memory");
                } while (arrived < 8);
                last = values[8 * group + 7];
              }
              __syncthreads();
              out[blockIdx.x * blockDim.x + threadIdx.x] = last;
            }
            """,
            "exchange");
    int blocks = 24;
    CUdeviceptr out = device.allocate(4L * blocks * 32);
    run(exchange, blocks, 32, device.upload(new float[3]), device.allocate(4L * blocks), out);
    float[] values = device.floats(out, blocks * 32);
    for (int i = 0; i < values.length; i++) {
      assertEquals(i / 256 * 8 + 7, values[i]);
    }
  }

  @Test
  void readsConstantsFromTheHost() {
    CUfunction scale =
        device.kernel(
            """
            __constant__ float factors[2];
            extern "C" __global__ void scale(float* x) { x[threadIdx.x] *= factors[threadIdx.x]; }
            """,
            "scale");
    CUdeviceptr factors = new CUdeviceptr();
    long[] bytes = new long[1];
    RawDevice.check(JCudaDriver.cuModuleGetGlobal(factors, bytes, device.lastModule(), "factors"));
    assertEquals(8, bytes[0]);
    RawDevice.check(JCudaDriver.cuMemcpyHtoD(factors, Pointer.to(new float[] {2, 3}), 8));
    CUdeviceptr x = device.upload(10, 10);
    run(scale, 1, 2, x);
    assertArrayEquals(new float[] {20, 30}, device.floats(x, 2));
  }

  @Test
  void tellsMistakesOfTheSource() {
    String log =
        RawDevice.compile(
            "extern \"C\" __global__ void wrong(float* x) { y[0] = 1; }",
            new String[] {"--gpu-architecture=sm_80"},
            new String[1]);
    assertTrue(log.contains("test.cu:1") && log.contains("'y'") || log.contains("‘y’"), log);
  }

  private static void run(CUfunction kernel, int blocks, int threads, Object... parameters) {
    RawDevice.check(RawDevice.launch(kernel, blocks, threads, parameters));
    assertTrue(Emulator.diagnoses().isEmpty(), () -> Emulator.diagnoses().toString());
  }
}
