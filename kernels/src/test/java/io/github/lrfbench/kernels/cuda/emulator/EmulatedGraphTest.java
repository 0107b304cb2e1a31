package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUfunction;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EmulatorTest
class EmulatedGraphTest {
  private static final String INCREMENT =
      """
      extern "C" __global__ void increment(float* x, float by) { x[threadIdx.x] += by; }
      """;

  private RawDevice device;
  private CUstream stream;
  private CUfunction increment;
  private CUdeviceptr x;

  @BeforeEach
  void open() {
    device = new RawDevice();
    stream = new CUstream();
    RawDevice.check(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    increment = device.kernel(INCREMENT, "increment");
    x = device.upload(1, 2);
  }

  @AfterEach
  void close() {
    JCudaDriver.cuStreamDestroy(stream);
    device.close();
  }

  private void begin() {
    RawDevice.check(
        JCudaDriver.cuStreamBeginCapture(
            stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
  }

  private int add(float by) {
    return RawDevice.launchOn(stream, increment, 1, 2, 0, x, by);
  }

  @Test
  void replaysWhatWasCaptured() {
    begin();
    RawDevice.check(add(1));
    RawDevice.check(add(10));
    RawDevice.check(JCudaDriver.cuMemsetD8Async(x.withByteOffset(4), (byte) 0, 4, stream));
    CUgraph graph = new CUgraph();
    RawDevice.check(JCudaDriver.cuStreamEndCapture(stream, graph));
    assertArrayEquals(new float[] {1, 2}, device.floats(x, 2));
    CUgraphExec executable = new CUgraphExec();
    RawDevice.check(JCudaDriver.cuGraphInstantiate(executable, graph, 0));
    RawDevice.check(JCudaDriver.cuGraphDestroy(graph));
    for (int i = 0; i < 3; i++) {
      RawDevice.check(JCudaDriver.cuGraphLaunch(executable, stream));
    }
    RawDevice.check(JCudaDriver.cuStreamSynchronize(stream));
    assertArrayEquals(new float[] {34, 0}, device.floats(x, 2));
    device.free(x);
    assertEquals(
        CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, JCudaDriver.cuGraphLaunch(executable, stream));
    RawDevice.check(JCudaDriver.cuGraphExecDestroy(executable));
    assertEquals(CUresult.CUDA_ERROR_INVALID_HANDLE, JCudaDriver.cuGraphLaunch(executable, stream));
  }

  @Test
  void waitingBreaksACapture() {
    begin();
    assertEquals(
        CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, JCudaDriver.cuStreamSynchronize(stream));
    assertEquals(CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, add(1));
    CUgraph graph = new CUgraph();
    assertEquals(
        CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
        JCudaDriver.cuStreamEndCapture(stream, graph));
    RawDevice.check(add(1));
  }

  @Test
  void allocatingBreaksACapture() {
    begin();
    CUdeviceptr more = new CUdeviceptr();
    assertEquals(CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, JCudaDriver.cuMemAlloc(more, 8));
    assertEquals(
        CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
        JCudaDriver.cuStreamEndCapture(stream, new CUgraph()));
  }

  @Test
  void otherStreamsJoinByEvents() {
    CUstream other = new CUstream();
    RawDevice.check(JCudaDriver.cuStreamCreate(other, CUstream_flags.CU_STREAM_NON_BLOCKING));
    CUevent fork = new CUevent();
    CUevent join = new CUevent();
    RawDevice.check(JCudaDriver.cuEventCreate(fork, 0));
    RawDevice.check(JCudaDriver.cuEventCreate(join, 0));
    begin();
    RawDevice.check(JCudaDriver.cuEventRecord(fork, stream));
    RawDevice.check(JCudaDriver.cuStreamWaitEvent(other, fork, 0));
    RawDevice.check(RawDevice.launchOn(other, increment, 1, 2, 0, x, 5f));
    RawDevice.check(JCudaDriver.cuEventRecord(join, other));
    RawDevice.check(JCudaDriver.cuStreamWaitEvent(stream, join, 0));
    CUgraph graph = new CUgraph();
    RawDevice.check(JCudaDriver.cuStreamEndCapture(stream, graph));
    assertArrayEquals(new float[] {1, 2}, device.floats(x, 2));
    CUgraphExec executable = new CUgraphExec();
    RawDevice.check(JCudaDriver.cuGraphInstantiate(executable, graph, 0));
    RawDevice.check(JCudaDriver.cuGraphLaunch(executable, stream));
    assertArrayEquals(new float[] {6, 7}, device.floats(x, 2));
    RawDevice.check(RawDevice.launchOn(other, increment, 1, 2, 0, x, 1f));
    assertArrayEquals(new float[] {7, 8}, device.floats(x, 2));
    JCudaDriver.cuGraphExecDestroy(executable);
    JCudaDriver.cuGraphDestroy(graph);
    JCudaDriver.cuEventDestroy(fork);
    JCudaDriver.cuEventDestroy(join);
    JCudaDriver.cuStreamDestroy(other);
  }

  @Test
  void eventsTakeTime() {
    CUevent start = new CUevent();
    CUevent end = new CUevent();
    RawDevice.check(JCudaDriver.cuEventCreate(start, 0));
    RawDevice.check(JCudaDriver.cuEventCreate(end, 0));
    float[] milliseconds = {-1};
    assertEquals(
        CUresult.CUDA_ERROR_INVALID_HANDLE,
        JCudaDriver.cuEventElapsedTime(milliseconds, start, end));
    RawDevice.check(JCudaDriver.cuEventRecord(start, stream));
    RawDevice.check(add(1));
    RawDevice.check(JCudaDriver.cuEventRecord(end, stream));
    RawDevice.check(JCudaDriver.cuEventSynchronize(end));
    RawDevice.check(JCudaDriver.cuEventElapsedTime(milliseconds, start, end));
    assertTrue(milliseconds[0] >= 0);
    JCudaDriver.cuEventDestroy(start);
    JCudaDriver.cuEventDestroy(end);
    assertEquals(CUresult.CUDA_ERROR_INVALID_HANDLE, JCudaDriver.cuEventRecord(end, stream));
  }

  @Test
  void copiesOfTheHostAreNoPartOfACapture() {
    begin();
    float[] values = {9};
    RawDevice.check(JCudaDriver.cuMemcpyDtoDAsync(x, x.withByteOffset(4), 4, stream));
    assertEquals(
        CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
        JCudaDriver.cuMemcpyHtoD(x, Pointer.to(values), 4));
    JCudaDriver.cuStreamEndCapture(stream, new CUgraph());
  }
}
