package io.github.lrfbench.harness.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Assembles pickles by hand, and files of torch.save around them. */
public final class TorchBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Instructions as they are. */
  TorchBytes raw(int... codes) {
    for (int code : codes) {
      out.write(code);
    }
    return this;
  }

  TorchBytes raw(byte[] codes) {
    out.writeBytes(codes);
    return this;
  }

  TorchBytes ascii(String text) {
    out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  TorchBytes global(String module, String name) {
    return ascii("c" + module + "\n" + name + "\n");
  }

  TorchBytes string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    raw('X').out.writeBytes(little(4, bytes.length));
    out.writeBytes(bytes);
    return this;
  }

  /** An integer in eight bytes. */
  TorchBytes integer(long value) {
    raw(0x8a, 8).out.writeBytes(little(8, value));
    return this;
  }

  TorchBytes integers(long... values) {
    raw('(');
    for (long value : values) {
      integer(value);
    }
    return raw('t');
  }

  /** A storage of the file's format; the old one has another field. */
  TorchBytes storage(String type, String key, long elements, boolean old) {
    raw('(').string("storage").global("torch", type).string(key).string("cpu").integer(elements);
    return (old ? raw('N') : this).raw('t', 'Q');
  }

  /** The rest of a tensor after {@code global, MARK, storage}. */
  TorchBytes view(long offset, long[] dims, long[] strides) {
    return integer(offset)
        .integers(dims)
        .integers(strides)
        .raw(0x89)
        .global("collections", "OrderedDict")
        .raw(')', 'R', 't', 'R');
  }

  /** A tensor of a storage. */
  TorchBytes tensor(
      String type, String key, long elements, boolean old, long offset, long[] dims, long[] steps) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .raw('(')
        .storage(type, key, elements, old)
        .view(offset, dims, steps);
  }

  /** The tensors of another file as torch.save writes them. */
  public static byte[] of(TensorFile file, boolean old) throws IOException {
    TorchBytes pickle = new TorchBytes().raw(0x80, 2, '}', '(');
    Map<String, byte[]> storages = new LinkedHashMap<>();
    List<Long> sizes = new ArrayList<>();
    for (String name : file.names()) {
      float[] values = file.readFloats(name);
      long[] dims =
          LongStream.range(0, file.shape(name).rank())
              .map(i -> file.shape(name).dim((int) i))
              .toArray();
      long[] strides = new long[dims.length];
      long stride = 1;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= dims[axis];
      }
      String key = Integer.toString(storages.size());
      pickle.string(name).tensor("FloatStorage", key, values.length, old, 0, dims, strides);
      ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      storages.put(key, bytes.array());
      sizes.add((long) values.length);
    }
    byte[] whole = pickle.raw('u', '.').bytes();
    return old
        ? legacy(whole, List.copyOf(storages.keySet()), sizes, List.copyOf(storages.values()))
        : zip(whole, storages);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  static byte[] little(int size, long value) {
    byte[] eight =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return java.util.Arrays.copyOf(eight, size);
  }

  /** The archive of a pickle and storages. */
  static byte[] zip(byte[] pickle, Map<String, byte[]> storages) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      store(zip, "any/data.pkl", pickle);
      store(zip, "any/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      for (Map.Entry<String, byte[]> storage : storages.entrySet()) {
        store(zip, "any/data/" + storage.getKey(), storage.getValue());
      }
      store(zip, "any/version", new byte[] {'3', '\n'});
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(sum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** The old format of a pickle and storages, with how many numbers each has. */
  static byte[] legacy(byte[] pickle, List<String> keys, List<Long> sizes, List<byte[]> storages) {
    TorchBytes bytes =
        new TorchBytes()
            .raw(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.')
            .raw(0x80, 2, 'M', 0xe9, 3, '.')
            .raw(0x80, 2, '}')
            .string("little_endian")
            .raw(0x88, 's', '.');
    bytes.out.writeBytes(pickle);
    bytes.raw(0x80, 2, ']', '(');
    keys.forEach(bytes::string);
    bytes.raw('e', '.');
    for (int i = 0; i < keys.size(); i++) {
      bytes.out.writeBytes(little(8, sizes.get(i)));
      bytes.out.writeBytes(storages.get(i));
    }
    return bytes.bytes();
  }
}
