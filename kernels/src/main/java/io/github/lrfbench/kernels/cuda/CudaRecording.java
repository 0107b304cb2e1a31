package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.Recording;
import io.github.lrfbench.kernels.cuda.stream.BlockList;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.stream.DeviceMemory;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Kernels recorded as a CUDA graph, with the memory that they use between them. */
final class CudaRecording implements Recording {
  private final CudaDevice device;
  private final CudaStream home;
  private final BlockList blocks;
  private final CUgraphExec graph = new CUgraphExec();
  private boolean open = true;

  /**
   * Makes a recorded graph ready to run, and destroys the graph itself.
   *
   * @param home the stream on which it will run
   * @param blocks memory that belongs to the recording until it is closed
   */
  CudaRecording(CudaDevice device, CudaStream home, BlockList blocks, CUgraph recorded) {
    this.device = device;
    this.home = home;
    this.blocks = blocks;
    int result = JCudaDriver.cuGraphInstantiate(graph, recorded, 0);
    discard(recorded);
    checkDriver(result, "cuGraphInstantiate");
  }

  /** Frees a graph that will not run, if there is one. */
  static void discard(CUgraph graph) {
    if (graph != null) {
      checkDriver(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
    }
  }

  @Override
  public synchronized void replay() {
    if (!open) {
      throw new IllegalStateException("the recording is closed");
    }
    CudaStream current = device.stream();
    current.requireNotRecording("a recording");
    if (current != home) {
      home.waitFor(current);
    }
    checkDriver(JCudaDriver.cuGraphLaunch(graph, home.handle()), "cuGraphLaunch");
    if (current != home) {
      current.waitFor(home);
    }
  }

  @Override
  public boolean isCaptured() {
    return true;
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      device.forget(this);
    }
  }

  /** Frees the graph; the device's context is the calling thread's. */
  void destroy(DeviceMemory memory) {
    home.synchronize();
    checkDriver(JCudaDriver.cuGraphExecDestroy(graph), "cuGraphExecDestroy");
    memory.closeList(blocks);
  }
}
