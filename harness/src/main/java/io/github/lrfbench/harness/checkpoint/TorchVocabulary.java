package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.pickle.PickledClass;
import io.github.lrfbench.harness.pickle.Tuple;
import io.github.lrfbench.harness.pickle.Unpickler;
import io.github.lrfbench.harness.pickle.Vocabulary;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The classes and functions that a state dict of PyTorch is pickled with: those that its own loader
 * takes for weights only, except for tensors that no model here has (sparse, quantized, on the meta
 * device).
 */
final class TorchVocabulary implements Vocabulary {
  private static final String UTILS = "torch._utils.";
  private static final Set<String> STORAGE_MODULES = Set.of("torch", "torch.cuda", "torch.storage");
  private static final Set<String> TENSOR_CLASSES =
      Set.of("torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter");

  private static final Map<String, StoredType> STORAGES =
      Map.ofEntries(
          Map.entry("FloatStorage", StoredType.F32),
          Map.entry("HalfStorage", StoredType.F16),
          Map.entry("BFloat16Storage", StoredType.BF16),
          Map.entry("DoubleStorage", StoredType.F64),
          Map.entry("LongStorage", StoredType.I64),
          Map.entry("IntStorage", StoredType.I32),
          Map.entry("ShortStorage", StoredType.I16),
          Map.entry("CharStorage", StoredType.I8),
          Map.entry("ByteStorage", StoredType.U8),
          Map.entry("BoolStorage", StoredType.BOOL),
          Map.entry("ComplexFloatStorage", StoredType.C64),
          Map.entry("UntypedStorage", StoredType.U8));

  private static final Map<String, StoredType> TYPES =
      Map.ofEntries(
          Map.entry("float32", StoredType.F32),
          Map.entry("float16", StoredType.F16),
          Map.entry("bfloat16", StoredType.BF16),
          Map.entry("float64", StoredType.F64),
          Map.entry("int64", StoredType.I64),
          Map.entry("int32", StoredType.I32),
          Map.entry("int16", StoredType.I16),
          Map.entry("int8", StoredType.I8),
          Map.entry("uint8", StoredType.U8),
          Map.entry("uint16", StoredType.U16),
          Map.entry("uint32", StoredType.U32),
          Map.entry("uint64", StoredType.U64),
          Map.entry("bool", StoredType.BOOL),
          Map.entry("complex64", StoredType.C64),
          Map.entry("float8_e4m3fn", StoredType.F8_E4M3),
          Map.entry("float8_e5m2", StoredType.F8_E5M2),
          Map.entry("float8_e8m0fnu", StoredType.F8_E8M0),
          Map.entry("float8_e4m3fnuz", StoredType.F8_E4M3FNUZ),
          Map.entry("float8_e5m2fnuz", StoredType.F8_E5M2FNUZ));

  /** What may lie beside tensors, and is passed over with all that it is made of. */
  private static final Set<String> PASSED_OVER =
      Set.of(
          "collections.Counter",
          "torch.device",
          "torch.serialization._get_layout",
          "_codecs.encode",
          "builtins.bytearray",
          "builtins.set",
          "builtins.complex");

  private static final int MOST_DIMENSIONS = 64;

  /** Of all dicts that are made of lists. */
  private static final int MOST_ITEMS = 1_000_000;

  private final Path file;
  private int items;
  private final Map<String, TorchStorage> storages = new LinkedHashMap<>();

  TorchVocabulary(Path file) {
    this.file = file;
  }

  /** The storages that were referred to, by key. */
  Map<String, TorchStorage> storages() {
    return storages;
  }

  @Override
  public Object global(String module, String name) {
    String path = module + "." + name;
    if (STORAGE_MODULES.contains(module) && STORAGES.containsKey(name)) {
      return new StorageClass(STORAGES.get(name));
    }
    if (module.equals("torch") && TYPES.containsKey(name)) {
      return TYPES.get(name);
    }
    if (PASSED_OVER.contains(path)) {
      return (PickledClass) arguments -> new PassedOver();
    }
    if (TENSOR_CLASSES.contains(path)) {
      return new TensorClass();
    }
    return switch (path) {
      case "collections.OrderedDict" -> (PickledClass) this::orderedDict;
      case "torch.Size" -> (PickledClass) arguments -> argument(arguments, 0, Tuple.class);
      case UTILS + "_rebuild_tensor" -> (PickledClass) arguments -> tensor(arguments, null);
      case UTILS + "_rebuild_tensor_v2" -> (PickledClass) this::tensor2;
      case UTILS + "_rebuild_tensor_v3" -> (PickledClass) this::tensor3;
      case UTILS + "_rebuild_parameter", UTILS + "_rebuild_parameter_with_state" ->
          (PickledClass) arguments -> argument(arguments, 0, TorchTensor.class);
      case "torch._tensor._rebuild_from_type_v2" -> new FromType();
      default -> throw refused(module, path);
    };
  }

  @Override
  public Object persistent(List<Object> identifier) {
    TorchStorage storage = storage(identifier);
    TorchStorage before = storages.putIfAbsent(storage.key(), storage);
    if (before != null && before.bytes() != storage.bytes()) {
      throw fault("describes the storage " + Faults.quote(storage.key()) + " in two ways");
    }
    return storage;
  }

  private TorchStorage storage(List<Object> identifier) {
    if (identifier.isEmpty() || !"storage".equals(identifier.get(0))) {
      throw !identifier.isEmpty() && "module".equals(identifier.get(0))
          ? wholeModel("a class of its own")
          : fault("refers to something else than a storage");
    }
    StoredType type = argument(identifier, 1, StorageClass.class).type();
    String key = argument(identifier, 2, String.class);
    long elements = size(argument(identifier, 4, Long.class));
    Object view = identifier.size() > 5 ? identifier.get(5) : null;
    if (view == null) {
      return new TorchStorage(key, type, elements, 0, elements);
    }
    if (!(view instanceof Tuple tuple)) {
      throw fault("describes a view of a storage by no tuple");
    }
    long offset = size(argument(tuple.items(), 1, Long.class));
    long part = size(argument(tuple.items(), 2, Long.class));
    if (offset > elements || part > elements - offset) {
      throw fault("describes a view beyond the end of its storage");
    }
    return new TorchStorage(key, type, part, offset, elements);
  }

  private Object orderedDict(List<Object> arguments) {
    // Python 2 gave the items as an argument.
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (!arguments.isEmpty()) {
      List<?> given = argument(arguments, 0, List.class);
      items += given.size();
      if (items > MOST_ITEMS) {
        throw fault("makes dicts of more than " + MOST_ITEMS + " items, which no state dict does");
      }
      for (Object item : given) {
        List<?> pair =
            item instanceof Tuple tuple
                ? tuple.items()
                : item instanceof List<?> list ? list : List.of();
        if (pair.size() != 2 || !(pair.get(0) instanceof String)) {
          throw fault("makes a dict of what are no pairs");
        }
        dict.put(pair.get(0), pair.get(1));
      }
    }
    return dict;
  }

  private Object tensor2(List<Object> arguments) {
    requirePlain(arguments, 6);
    return tensor(arguments, null);
  }

  private Object tensor3(List<Object> arguments) {
    requirePlain(arguments, 7);
    return tensor(arguments, argument(arguments, 6, StoredType.class));
  }

  /** A tensor may say that its numbers are to be negated, or conjugated, when they are read. */
  private void requirePlain(List<Object> arguments, int index) {
    if (arguments.size() > index
        && arguments.get(index) instanceof Map<?, ?> marks
        && (Boolean.TRUE.equals(marks.get("conj")) || Boolean.TRUE.equals(marks.get("neg")))) {
      throw fault(
          "holds a tensor whose numbers are stored negated or conjugated, which is not read");
    }
  }

  private TorchTensor tensor(List<Object> arguments, StoredType given) {
    TorchStorage storage = argument(arguments, 0, TorchStorage.class);
    StoredType type = given == null ? storage.type() : given;
    long offset = size(argument(arguments, 1, Long.class));
    List<Long> dims = sizes(argument(arguments, 2, Tuple.class));
    List<Long> strides = sizes(argument(arguments, 3, Tuple.class));
    if (dims.size() != strides.size()) {
      throw fault("describes a tensor whose strides are not as many as its dimensions");
    }
    try {
      Shape shape = Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
      return new TorchTensor(storage, type, offset, shape, strides);
    } catch (IllegalArgumentException e) {
      throw fault("describes a tensor that is too large");
    }
  }

  private List<Long> sizes(Tuple tuple) {
    if (tuple.items().size() > MOST_DIMENSIONS) {
      throw fault("describes a tensor of more than " + MOST_DIMENSIONS + " dimensions");
    }
    List<Long> sizes = new ArrayList<>();
    for (Object item : tuple.items()) {
      if (!(item instanceof Long value)) {
        throw fault("describes a tensor by sizes that are no integers");
      }
      sizes.add(size(value));
    }
    return sizes;
  }

  private long size(long value) {
    if (value < 0) {
      throw fault("describes a tensor by a negative size");
    }
    return value;
  }

  private <T> T argument(List<?> arguments, int index, Class<T> type) {
    Object value = index < arguments.size() ? arguments.get(index) : null;
    if (!type.isInstance(value)) {
      throw fault("describes a tensor or storage in a way that PyTorch does not");
    }
    return type.cast(value);
  }

  private InputException refused(String module, String path) {
    if (module.startsWith("torch.nn.")
        || module.startsWith("transformers.")
        || module.equals("__main__")) {
      return wholeModel(Faults.quote(path));
    }
    if (path.startsWith(UTILS) || module.equals("torch") || module.startsWith("torch.")) {
      return fault("holds " + Faults.quote(path) + ", a kind of tensor or data that is not read");
    }
    return fault(
        "names " + Faults.quote(path) + ", which no state dict needs; nothing of it was run");
  }

  private InputException wholeModel(String what) {
    return fault(
        "holds a whole object with its class ("
            + what
            + "), not a state dict; load it where it was made and save its state_dict()");
  }

  private InputException fault(String text) {
    return Faults.of(file, "the pickle " + text);
  }

  /** The class of a storage. */
  private record StorageClass(StoredType type) {}

  /** The class of tensors or parameters, as an argument; it is never called. */
  private record TensorClass() {}

  /** What is not looked at. */
  private record PassedOver() implements Unpickler.Attributed {}

  /** A tensor with attributes: {@code (function, class, arguments, attributes)}. */
  private final class FromType implements PickledClass {
    @Override
    public Object call(List<Object> arguments) {
      PickledClass function = argument(arguments, 0, PickledClass.class);
      argument(arguments, 1, TensorClass.class);
      // One in another would be endless work for a small file.
      if (function instanceof FromType) {
        throw fault("describes a tensor in a way that PyTorch does not");
      }
      Object made = function.call(argument(arguments, 2, Tuple.class).items());
      if (made instanceof TorchTensor) {
        return made;
      }
      throw fault("describes a tensor in a way that PyTorch does not");
    }
  }
}
