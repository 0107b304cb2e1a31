package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.cuda.nn.RoundedWeights;
import io.github.lrfbench.kernels.cuda.stream.BlockList;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.stream.DeviceMemory;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.JCudaDriver;

/** Kernels captured as a CUDA graph, with the memory that they use between them. */
final class CudaGraph implements CapturedGraph {
  private final CudaDevice device;
  private final CudaStream home;
  private final BlockList blocks;
  private final RoundedWeights weights;
  private final CUgraphExec executable = new CUgraphExec();
  private boolean open = true;

  /**
   * Makes a captured graph ready to run, and destroys the graph itself.
   *
   * @param home the stream on which it will run
   * @param blocks memory that belongs to the graph until it is closed
   * @param weights that it multiplies by, in such memory
   */
  CudaGraph(
      CudaDevice device,
      CudaStream home,
      BlockList blocks,
      RoundedWeights weights,
      CUgraph captured) {
    this.device = device;
    this.home = home;
    this.blocks = blocks;
    this.weights = weights;
    int result = JCudaDriver.cuGraphInstantiate(executable, captured, 0);
    discard(captured);
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
      throw new IllegalStateException("the graph is closed");
    }
    CudaStream current = device.stream();
    current.requireNotCapturing("a capture");
    if (current != home) {
      home.waitFor(current);
    }
    checkDriver(JCudaDriver.cuGraphLaunch(executable, home.handle()), "cuGraphLaunch");
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

  /** Frees the executable; the device's context is the calling thread's. */
  void destroy(DeviceMemory memory) {
    home.synchronize();
    checkDriver(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
    weights.close();
    memory.closeList(blocks);
  }
}
