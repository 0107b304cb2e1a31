package io.github.lrfbench.harness.djl;

import ai.djl.BaseModel;
import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.Translator;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.InputException;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A checkpoint as a model of DJL. Its predictors may be used from several threads, which then take
 * turns; a predictor of a closed model throws.
 */
final class LrfBenchModel extends BaseModel {
  private final Device wanted;
  private ServedModel served;

  /**
   * A model that is not loaded yet.
   *
   * @param device null leaves the choice to the option or property {@code device}
   */
  LrfBenchModel(String name, Device device) {
    super(name);
    wanted = device;
    manager = LrfBenchEngine.INSTANCE.newBaseManager(device);
    dataType = DataType.FLOAT32;
  }

  /**
   * Loads a directory.
   *
   * @param prefix is not used: a directory holds one model
   * @param options {@code device}: auto, cpu or cuda[:i]; {@code threads} of the host. Properties
   *     of the model, which a criteria's arguments become, count where there is no such option
   * @throws FileNotFoundException if there is no such directory
   * @throws MalformedModelException if it holds no model that LRF-Bench loads; says why in one line
   * @throws IllegalStateException if the model is loaded, or has been given a block
   */
  @Override
  public void load(Path modelPath, String prefix, Map<String, ?> options)
      throws FileNotFoundException, MalformedModelException {
    if (block != null) {
      throw new IllegalStateException("the model " + modelName + " has a block already");
    }
    if (!Files.isDirectory(modelPath)) {
      throw new FileNotFoundException(
          modelPath + (Files.exists(modelPath) ? ": is no directory" : ": does not exist"));
    }
    setModelDir(modelPath);
    try {
      served =
          ServedModel.open(
              modelDir,
              device(option(options, "device")),
              new DeviceOptions(threads(option(options, "threads"))));
    } catch (InputException e) {
      throw new MalformedModelException(e.getMessage(), e);
    }
    manager = LrfBenchEngine.INSTANCE.newBaseManager(place(served.device()));
    block = new LrfBenchBlock(served);
    wasLoaded = true;
  }

  private static int threads(String given) {
    return given == null
        ? 0
        : new ArgumentReader(Map.of("threads", given)).integer("threads").get();
  }

  private String option(Map<String, ?> options, String name) {
    Object value = options == null ? null : options.get(name);
    return value == null ? getProperty(name) : value.toString();
  }

  /** What LRF-Bench calls the device that the user wants. */
  private String device(String named) {
    if (wanted == null) {
      return named == null ? "auto" : named;
    }
    String id = wanted.isGpu() ? "cuda:" + wanted.getDeviceId() : wanted.getDeviceType();
    if (named != null && !named.equals(id)) {
      throw new InputException("the device is " + id + ", but 'device' is '" + named + "'");
    }
    return id;
  }

  private static Device place(String id) {
    return id.startsWith("cuda:")
        ? Device.gpu(Integer.parseInt(id.substring("cuda:".length())))
        : Device.cpu();
  }

  /**
   * The loaded model.
   *
   * @throws IllegalStateException if it is not loaded
   */
  ServedModel served() {
    if (served == null) {
      throw new IllegalStateException("the model " + modelName + " is not loaded");
    }
    return served;
  }

  /**
   * A predictor.
   *
   * @throws IllegalArgumentException if the model is on another device
   */
  @Override
  public <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Device device) {
    if (!manager.getDevice().equals(device)) {
      throw new IllegalArgumentException(
          "the model "
              + modelName
              + " is on "
              + manager.getDevice()
              + "; for a predictor on "
              + device
              + " load it there");
    }
    return super.newPredictor(translator, device);
  }

  @Override
  public void save(Path modelPath, String newModelName) {
    throw new UnsupportedOperationException("models of LRFBench are not saved through DJL");
  }

  /** Frees the model's memory once a running prediction is done; closing twice is harmless. */
  @Override
  public void close() {
    if (served != null) {
      served.close();
    }
  }

  /** What DJL's own does: it would complain of every model, since our manager is never closed. */
  @Override
  @SuppressWarnings({"deprecation", "removal"})
  protected void finalize() {
    close();
  }
}
