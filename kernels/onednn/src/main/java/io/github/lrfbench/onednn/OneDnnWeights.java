package io.github.lrfbench.onednn;

import static io.github.lrfbench.onednn.OneDnn.check;

import io.github.lrfbench.kernels.cpu.rounded.RoundedProducts;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Weights of some strips of outputs, packed; products with them for every number of rows. */
final class OneDnnWeights implements RoundedProducts.Weights {
  /** Rows of inputs for which the layout of the weights is chosen. */
  private static final int ROWS = 64;

  private static final ThreadLocal<dnnl_exec_arg_t> ARGUMENTS =
      ThreadLocal.withInitial(() -> new dnnl_exec_arg_t(3));

  /** What a product's code is made for. */
  private record Shape(int strip, int rows, int stride, int yStride) {}

  /** A product with what describes its operands. */
  private record Product(
      dnnl_primitive primitive, dnnl_memory_desc inputs, dnnl_memory_desc outputs) {
    void free() {
      dnnl.dnnl_primitive_destroy(primitive);
      dnnl.dnnl_memory_desc_destroy(inputs);
      dnnl.dnnl_memory_desc_destroy(outputs);
    }
  }

  /** Memory of somebody else. */
  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }
  }

  private final OneDnn library = OneDnn.get();
  private final int type;
  private final int inner;
  private final int cols;
  private final dnnl_memory_desc[] layouts;
  private final dnnl_memory[] packed;
  private final Map<Shape, Product> products = new ConcurrentHashMap<>();

  /**
   * Weights that are not packed yet.
   *
   * @param type of the codes, a {@code data_type} of oneDNN
   */
  OneDnnWeights(int type, int inner, int cols, int strips) {
    this.type = type;
    this.inner = inner;
    this.cols = cols;
    layouts = new dnnl_memory_desc[strips];
    packed = new dnnl_memory[strips];
  }

  private int width(int strip) {
    return RowPartition.cut(cols, strip + 1, layouts.length)
        - RowPartition.cut(cols, strip, layouts.length);
  }

  /** Packs codes [inner, cols] into memory that it asks for. */
  void pack(long codes, int stride, LongUnaryOperator memory) {
    int bytes = type == dnnl.dnnl_s8 ? 1 : 2;
    for (int strip = 0; strip < layouts.length; strip++) {
      int width = width(strip);
      layouts[strip] = layout(width);
      long size = dnnl.dnnl_memory_desc_get_size(layouts[strip]);
      packed[strip] = memory(layouts[strip], memory.applyAsLong(size));
      int left = RowPartition.cut(cols, strip, layouts.length);
      dnnl_memory_desc plain = matrix(type, inner, width, width);
      // oneDNN packs I8 from rows without gaps only.
      try (BytePointer rows = new BytePointer((long) bytes * inner * width)) {
        for (int i = 0; i < inner; i++) {
          Pointer.memcpy(
              new Address(rows.address() + (long) bytes * i * width),
              new Address(codes + (long) bytes * ((long) i * stride + left)),
              (long) bytes * width);
        }
        copy(plain, rows.address(), strip);
      }
      dnnl.dnnl_memory_desc_destroy(plain);
    }
  }

  private static dnnl_memory_desc matrix(int type, int rows, int cols, int stride) {
    dnnl_memory_desc matrix = new dnnl_memory_desc();
    long[] sizes = {rows, cols};
    long[] strides = {stride, 1};
    check(
        dnnl.dnnl_memory_desc_create_with_strides(matrix, 2, sizes, type, strides),
        "dnnl_memory_desc_create_with_strides");
    return matrix;
  }

  private dnnl_memory memory(dnnl_memory_desc layout, long address) {
    dnnl_memory memory = new dnnl_memory();
    check(
        dnnl.dnnl_memory_create(memory, layout, library.engine(), new Address(address)),
        "dnnl_memory_create");
    return memory;
  }

  /** The layout of weights that products with many rows like best. */
  private dnnl_memory_desc layout(int width) {
    dnnl_memory_desc inputs = matrix(type, ROWS, inner, inner);
    dnnl_memory_desc outputs = matrix(dnnl.dnnl_f32, ROWS, width, width);
    dnnl_memory_desc any = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_create_with_tag(
            any, 2, new long[] {inner, width}, type, dnnl.dnnl_format_tag_any),
        "dnnl_memory_desc_create_with_tag");
    dnnl_primitive_desc product = describe(inputs, any, outputs);
    dnnl_memory_desc layout = new dnnl_memory_desc();
    check(
        dnnl.dnnl_memory_desc_clone(
            layout, dnnl.dnnl_primitive_desc_query_md(product, dnnl.dnnl_query_weights_md, 0)),
        "dnnl_memory_desc_clone");
    dnnl.dnnl_primitive_desc_destroy(product);
    dnnl.dnnl_memory_desc_destroy(inputs);
    dnnl.dnnl_memory_desc_destroy(outputs);
    dnnl.dnnl_memory_desc_destroy(any);
    return layout;
  }

  private dnnl_primitive_desc describe(
      dnnl_memory_desc inputs, dnnl_memory_desc weights, dnnl_memory_desc outputs) {
    // What is made in a thread without helpers needs none.
    library.stream();
    dnnl_primitive_desc product = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_matmul_primitive_desc_create(
            product, library.engine(), inputs, weights, null, outputs, null),
        "dnnl_matmul_primitive_desc_create");
    return product;
  }

  private static dnnl_primitive primitive(dnnl_primitive_desc described) {
    dnnl_primitive primitive = new dnnl_primitive();
    check(dnnl.dnnl_primitive_create(primitive, described), "dnnl_primitive_create");
    dnnl.dnnl_primitive_desc_destroy(described);
    return primitive;
  }

  private void copy(dnnl_memory_desc plain, long codes, int strip) {
    dnnl_primitive_desc described = new dnnl_primitive_desc();
    check(
        dnnl.dnnl_reorder_primitive_desc_create(
            described, plain, library.engine(), layouts[strip], library.engine(), null),
        "dnnl_reorder_primitive_desc_create");
    dnnl_primitive reorder = primitive(described);
    dnnl_memory source = memory(plain, codes);
    dnnl_exec_arg_t arguments = ARGUMENTS.get();
    set(arguments, 0, dnnl.DNNL_ARG_FROM, source);
    set(arguments, 1, dnnl.DNNL_ARG_TO, packed[strip]);
    run(reorder, 2, arguments);
    dnnl.dnnl_memory_destroy(source);
    dnnl.dnnl_primitive_destroy(reorder);
  }

  private static void set(dnnl_exec_arg_t arguments, int at, int name, dnnl_memory memory) {
    arguments.position(at).arg(name).memory(memory);
  }

  private void run(dnnl_primitive primitive, int count, dnnl_exec_arg_t arguments) {
    check(
        dnnl.dnnl_primitive_execute(primitive, library.stream(), count, arguments.position(0)),
        "dnnl_primitive_execute");
  }

  @Override
  public void multiply(long x, int stride, int rows, int strip, long y, int yStride) {
    Product product =
        products.computeIfAbsent(new Shape(strip, rows, stride, yStride), this::product);
    dnnl_memory inputs = memory(product.inputs, x);
    dnnl_memory outputs = memory(product.outputs, y);
    dnnl_exec_arg_t arguments = ARGUMENTS.get();
    set(arguments, 0, dnnl.DNNL_ARG_SRC, inputs);
    set(arguments, 1, dnnl.DNNL_ARG_WEIGHTS, packed[strip]);
    set(arguments, 2, dnnl.DNNL_ARG_DST, outputs);
    run(product.primitive, 3, arguments);
    dnnl.dnnl_memory_destroy(inputs);
    dnnl.dnnl_memory_destroy(outputs);
  }

  private Product product(Shape shape) {
    dnnl_memory_desc inputs = matrix(type, shape.rows, inner, shape.stride);
    dnnl_memory_desc outputs = matrix(dnnl.dnnl_f32, shape.rows, width(shape.strip), shape.yStride);
    dnnl_primitive_desc described = describe(inputs, layouts[shape.strip], outputs);
    return new Product(primitive(described), inputs, outputs);
  }

  @Override
  public void close() {
    products.values().forEach(Product::free);
    products.clear();
    for (int strip = 0; strip < layouts.length; strip++) {
      if (packed[strip] != null) {
        dnnl.dnnl_memory_destroy(packed[strip]);
      }
      if (layouts[strip] != null) {
        dnnl.dnnl_memory_desc_destroy(layouts[strip]);
      }
    }
  }
}
