package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the tensors in what a file of PyTorch holds. */
final class StateDict {
  /** What training scripts call the state dict that they save beside others. */
  private static final List<String> WRAPPERS =
      List.of("state_dict", "model_state_dict", "model", "module");

  private StateDict() {}

  /**
   * The tensors by name, in their order; other values are left.
   *
   * @param root what the pickle holds
   * @throws io.github.lrfbench.kernels.InputException if it is no state dict, or not clearly one
   */
  static Map<String, TorchTensor> of(Path file, Object root) {
    if (!(root instanceof Map<?, ?> dict)) {
      String kind = root instanceof TorchTensor ? "a single tensor" : "no dict";
      throw Faults.of(file, "holds " + kind + ", expected a state dict");
    }
    Map<String, TorchTensor> tensors = tensors(file, dict);
    List<String> wrapped =
        WRAPPERS.stream()
            .filter(key -> dict.get(key) instanceof Map<?, ?> inner && holdsTensors(inner))
            .toList();
    if (wrapped.size() + (tensors.isEmpty() ? 0 : 1) > 1) {
      throw Faults.of(
          file,
          "holds more than one state dict: "
              + String.join(", ", wrapped)
              + (tensors.isEmpty() ? "" : " beside tensors such as " + first(tensors)));
    }
    if (wrapped.size() == 1) {
      return tensors(file, (Map<?, ?>) dict.get(wrapped.get(0)));
    }
    if (tensors.isEmpty() && !dict.isEmpty()) {
      String keys = dict.keySet().stream().limit(5).map(StateDict::quote).toList().toString();
      throw Faults.of(file, "holds a dict without tensors; its first keys are " + keys);
    }
    return tensors;
  }

  private static Map<String, TorchTensor> tensors(Path file, Map<?, ?> dict) {
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    dict.forEach(
        (key, value) -> {
          if (value instanceof TorchTensor tensor) {
            if (!(key instanceof String name)) {
              throw Faults.of(file, "holds a tensor whose name is no string");
            }
            tensors.put(name, tensor);
          }
        });
    return tensors;
  }

  private static boolean holdsTensors(Map<?, ?> dict) {
    return dict.values().stream().anyMatch(TorchTensor.class::isInstance);
  }

  private static String first(Map<String, TorchTensor> tensors) {
    return Faults.quote(tensors.keySet().iterator().next());
  }

  private static String quote(Object key) {
    return key instanceof String || key instanceof Long
        ? Faults.quote(key.toString())
        : "an object";
  }
}
