package io.github.lrfbench.kernels.cuda.stream;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUgraph;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * A queue of work on the device, which is done in order, with what only one queue at a time may
 * use: handles of libraries, staging memory, free buffers. Its monitor guards them.
 */
public final class CudaStream implements AutoCloseable {
  private final CUstream handle = new CUstream();
  private final CUevent mark = new CUevent();
  private final DeviceMemory memory;
  private final DeviceProperties properties;
  private final BlockList blocks;
  private final BlasHandle blas;
  private final SolverHandle solver;
  private StagingRing staging;
  private CudaBuffer zeros;
  private CudaStream captureStream;
  private BlockList privateBlocks;
  private boolean capturing;

  /** A new stream of the calling thread's context. */
  public CudaStream(DeviceMemory memory, DeviceProperties properties) {
    this.memory = memory;
    this.properties = properties;
    checkDriver(
        JCudaDriver.cuStreamCreate(handle, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
    checkDriver(
        JCudaDriver.cuEventCreate(mark, CUevent_flags.CU_EVENT_DISABLE_TIMING), "cuEventCreate");
    blocks = memory.newList();
    blas = new BlasHandle(this, properties);
    solver = new SolverHandle(this);
  }

  /** The driver's handle, for launches. */
  public CUstream handle() {
    return handle;
  }

  /** cuBLAS for this stream; to be used under the stream's monitor. */
  public BlasHandle blas() {
    return blas;
  }

  /** cuSOLVER for this stream; to be used under the stream's monitor. */
  public SolverHandle solver() {
    return solver;
  }

  /** Memory whose next use is on this stream. */
  public CudaBuffer take(long bytes) {
    return memory.take(bytes, privateBlocks == null ? blocks : privateBlocks);
  }

  /** Memory that a library keeps as long as the stream lives. */
  CudaBuffer takeWorkspace(long bytes) {
    return memory.takeUncounted(bytes, blocks);
  }

  /**
   * Memory that was filled with zeros when it was first asked for. Kernels leave zeros behind, so
   * that the next, which runs after them, finds them. A graph is replayed on the stream that it was
   * made for, and uses that one's.
   *
   * @param bytes the same at every call
   */
  public synchronized CudaBuffer zeros(long bytes) {
    if (zeros == null) {
      requireNotCapturing("a first use of memory");
      zeros = takeWorkspace(bytes);
      checkDriver(
          JCudaDriver.cuMemsetD8Async(new DevicePointer(zeros.address()), (byte) 0, bytes, handle),
          "cuMemsetD8Async of " + bytes + " bytes");
    }
    return zeros;
  }

  /** Copies to the device; see {@link StagingRing#upload}. */
  public synchronized void upload(long address, int count, int bytes, StagingRing.Transfer fill) {
    requireNotCapturing("a copy from the host");
    staging().upload(address, count, bytes, fill);
  }

  /** Copies from the device; see {@link StagingRing#download}. */
  public synchronized void download(
      long address, int count, int bytes, StagingRing.Transfer empty) {
    requireNotCapturing("a copy to the host");
    staging().download(address, count, bytes, empty);
  }

  private StagingRing staging() {
    if (staging == null) {
      staging = new StagingRing(handle);
    }
    return staging;
  }

  /** Waits until all work of this stream is done. */
  public void synchronize() {
    requireNotCapturing("waiting for the device");
    checkDriver(JCudaDriver.cuStreamSynchronize(handle), "cuStreamSynchronize");
  }

  /** Lets later work of this stream wait for what the other has queued until now. */
  public void waitFor(CudaStream other) {
    synchronized (other) {
      checkDriver(JCudaDriver.cuEventRecord(other.mark, other.handle), "cuEventRecord");
      checkDriver(JCudaDriver.cuStreamWaitEvent(handle, other.mark, 0), "cuStreamWaitEvent");
    }
  }

  /** The stream on which this one's work is captured; its own, so that nothing else gets in. */
  public synchronized CudaStream captureStream() {
    if (captureStream == null) {
      captureStream = new CudaStream(memory, properties);
    }
    if (captureStream.zeros == null) {
      captureStream.zeros = zeros;
    }
    return captureStream;
  }

  /** Free buffers of this stream. */
  public BlockList blocks() {
    return blocks;
  }

  /** From now on, memory comes from this list; null for the stream's own. */
  public void useBlocks(BlockList list) {
    privateBlocks = list;
  }

  /** From now on, work is captured and not done. */
  public void beginCapture() {
    checkDriver(
        JCudaDriver.cuStreamBeginCapture(
            handle, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
        "cuStreamBeginCapture");
    capturing = true;
  }

  /** Ends a capture: what was captured, or null if it cannot be replayed. */
  public CUgraph endCapture() {
    capturing = false;
    CUgraph graph = new CUgraph();
    return JCudaDriver.cuStreamEndCapture(handle, graph) == CUresult.CUDA_SUCCESS ? graph : null;
  }

  /** Whether work is captured and not done. */
  public boolean isCapturing() {
    return capturing;
  }

  /** Refuses what the host takes part in. */
  public void requireNotCapturing(String operation) {
    if (isCapturing()) {
      throw new NotCapturableException(operation);
    }
  }

  @Override
  public void close() {
    if (captureStream != null) {
      captureStream.close();
    }
    blas.close();
    solver.close();
    if (staging != null) {
      staging.close();
    }
    checkDriver(JCudaDriver.cuEventDestroy(mark), "cuEventDestroy");
    checkDriver(JCudaDriver.cuStreamDestroy(handle), "cuStreamDestroy");
  }
}
