package io.github.lrfbench.kernels.cuda.module;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * The kernels of one device, compiled and loaded when first asked for. A graph can be captured only
 * once its kernels are here: run the work before.
 */
public final class KernelModules implements AutoCloseable {
  private record Function(KernelVariant variant, String name) {}

  private final KernelCompiler compiler;
  private final Map<KernelVariant, CUmodule> modules = new ConcurrentHashMap<>();
  private final Map<Function, Kernel> kernels = new ConcurrentHashMap<>();
  private final List<LaunchArguments> allArguments = new CopyOnWriteArrayList<>();
  private final ThreadLocal<LaunchArguments> arguments =
      ThreadLocal.withInitial(
          () -> {
            LaunchArguments own = new LaunchArguments();
            allArguments.add(own);
            return own;
          });

  /**
   * Kernels for a device, kept on disk below {@code LRFBENCH_CACHE}.
   *
   * @param capability of the device, a number such as 86
   */
  public static KernelModules open(Nvrtc nvrtc, int capability) {
    return new KernelModules(new KernelCompiler(nvrtc, BinaryCache.ofUser(), capability));
  }

  KernelModules(KernelCompiler compiler) {
    this.compiler = compiler;
  }

  /** The function that has the name of its file. */
  public Kernel kernel(KernelVariant variant) {
    return kernel(variant, variant.operation());
  }

  /**
   * A function. The device's context is the calling thread's.
   *
   * @throws CompileException if its source has errors
   */
  public Kernel kernel(KernelVariant variant, String name) {
    return kernels.computeIfAbsent(new Function(variant, name), this::load);
  }

  private Kernel load(Function wanted) {
    CUmodule module = modules.computeIfAbsent(wanted.variant, this::loadModule);
    CUfunction function = new CUfunction();
    checkDriver(
        JCudaDriver.cuModuleGetFunction(function, module, wanted.name),
        "cuModuleGetFunction of " + wanted.name + " in " + wanted.variant);
    return new Kernel(this, wanted.variant.toString(), function);
  }

  private CUmodule loadModule(KernelVariant variant) {
    CUmodule module = new CUmodule();
    int result = JCudaDriver.cuModuleLoadData(module, compiler.compile(variant));
    if (result == CUresult.CUDA_ERROR_INVALID_IMAGE
        || result == CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU) {
      // What lay in the cache was made by something else that calls itself alike.
      result = JCudaDriver.cuModuleLoadData(module, compiler.compileAnew(variant));
    }
    checkDriver(result, "cuModuleLoadData of " + variant);
    return module;
  }

  LaunchArguments arguments() {
    return arguments.get();
  }

  /** Unloads all kernels; none may be running. The device's context is the calling thread's. */
  @Override
  public void close() {
    modules.values().forEach(m -> checkDriver(JCudaDriver.cuModuleUnload(m), "cuModuleUnload"));
    allArguments.forEach(LaunchArguments::close);
    modules.clear();
    kernels.clear();
    allArguments.clear();
  }
}
