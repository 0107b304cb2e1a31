package io.github.lrfbench.kernels.cuda.emulator;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import java.util.ArrayList;
import java.util.List;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;
import jcuda.nvrtc.nvrtcResult;

/** A device by bare calls of JCuda, for tests of the emulator itself. Frees what it gave out. */
final class RawDevice implements AutoCloseable {
  private final List<CUdeviceptr> memory = new ArrayList<>();
  private final List<CUmodule> modules = new ArrayList<>();

  RawDevice() {
    CudaLibrary.DRIVER.load();
    CudaLibrary.NVRTC.load();
    check(JCudaDriver.cuInit(0));
    CUdevice device = new CUdevice();
    check(JCudaDriver.cuDeviceGet(device, 0));
    CUcontext context = new CUcontext();
    check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    check(JCudaDriver.cuCtxSetCurrent(context));
    Emulator.clearDiagnoses();
    Emulator.setPrinting(false);
  }

  static void check(int result) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new AssertionError(CUresult.stringFor(result) + " " + Emulator.diagnoses());
    }
  }

  CUdeviceptr allocate(long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    check(JCudaDriver.cuMemAlloc(pointer, bytes));
    memory.add(pointer);
    return pointer;
  }

  CUdeviceptr upload(float... values) {
    CUdeviceptr pointer = allocate((long) values.length * Sizeof.FLOAT);
    check(
        JCudaDriver.cuMemcpyHtoD(pointer, Pointer.to(values), (long) values.length * Sizeof.FLOAT));
    return pointer;
  }

  CUdeviceptr upload(double... values) {
    CUdeviceptr pointer = allocate((long) values.length * Sizeof.DOUBLE);
    check(
        JCudaDriver.cuMemcpyHtoD(
            pointer, Pointer.to(values), (long) values.length * Sizeof.DOUBLE));
    return pointer;
  }

  float[] floats(CUdeviceptr pointer, int count) {
    float[] values = new float[count];
    check(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), pointer, (long) count * Sizeof.FLOAT));
    return values;
  }

  double[] doubles(CUdeviceptr pointer, int count) {
    double[] values = new double[count];
    check(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), pointer, (long) count * Sizeof.DOUBLE));
    return values;
  }

  int[] ints(CUdeviceptr pointer, int count) {
    int[] values = new int[count];
    check(JCudaDriver.cuMemcpyDtoH(Pointer.to(values), pointer, (long) count * Sizeof.INT));
    return values;
  }

  void free(CUdeviceptr pointer) {
    memory.remove(pointer);
    check(JCudaDriver.cuMemFree(pointer));
  }

  /** What the compiler says of a source, or an empty text. */
  static String compile(String source, String[] options, String[] ptx) {
    nvrtcProgram program = new nvrtcProgram();
    JNvrtc.nvrtcCreateProgram(program, source, "test.cu", 0, null, null);
    int result = JNvrtc.nvrtcCompileProgram(program, options.length, options);
    String[] log = new String[1];
    JNvrtc.nvrtcGetProgramLog(program, log);
    if (result == nvrtcResult.NVRTC_SUCCESS) {
      JNvrtc.nvrtcGetPTX(program, ptx);
    }
    JNvrtc.nvrtcDestroyProgram(program);
    return result == nvrtcResult.NVRTC_SUCCESS ? "" : nvrtcResult.stringFor(result) + log[0];
  }

  /** The kernel of that name. */
  CUfunction kernel(String source, String name) {
    String[] ptx = new String[1];
    String log = compile(source, new String[] {"--gpu-architecture=sm_80"}, ptx);
    if (!log.isEmpty()) {
      throw new AssertionError(log);
    }
    CUmodule module = new CUmodule();
    check(JCudaDriver.cuModuleLoadData(module, ptx[0]));
    modules.add(module);
    CUfunction function = new CUfunction();
    check(JCudaDriver.cuModuleGetFunction(function, module, name));
    return function;
  }

  /** The module of the kernel that was asked for last. */
  CUmodule lastModule() {
    return modules.get(modules.size() - 1);
  }

  /** Launches on the default stream; parameters are pointers, ints and floats. */
  static int launch(CUfunction kernel, int blocks, int threads, Object... parameters) {
    return launchOn(null, kernel, blocks, threads, 0, parameters);
  }

  static int launchOn(
      CUstream stream,
      CUfunction kernel,
      int blocks,
      int threads,
      int sharedBytes,
      Object... parameters) {
    Pointer[] pointers = new Pointer[parameters.length];
    for (int i = 0; i < parameters.length; i++) {
      Object parameter = parameters[i];
      if (parameter instanceof CUdeviceptr pointer) {
        pointers[i] = Pointer.to(pointer);
      } else if (parameter instanceof Integer number) {
        pointers[i] = Pointer.to(new int[] {number});
      } else {
        pointers[i] = Pointer.to(new float[] {(Float) parameter});
      }
    }
    return JCudaDriver.cuLaunchKernel(
        kernel, blocks, 1, 1, threads, 1, 1, sharedBytes, stream, Pointer.to(pointers), null);
  }

  /** Launches blocks that run at once, of a kernel without parameters. */
  static int launchTogether(CUfunction kernel, int blocks, int threads) {
    return JCudaDriver.cuLaunchCooperativeKernel(
        kernel, blocks, 1, 1, threads, 1, 1, 0, null, new Pointer());
  }

  @Override
  public void close() {
    modules.forEach(JCudaDriver::cuModuleUnload);
    memory.forEach(JCudaDriver::cuMemFree);
    Emulator.setPrinting(true);
  }
}
