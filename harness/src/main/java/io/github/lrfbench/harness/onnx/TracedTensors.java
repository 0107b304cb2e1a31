package io.github.lrfbench.harness.onnx;

import io.github.lrfbench.harness.onnx.OnnxGraph.Axes;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Which values of a graph stand in the tensors of a traced pass. What has a row for each token in a
 * pass has the axes [batch, sequence, columns] in the graph, what has one for each sequence [batch,
 * columns].
 */
final class TracedTensors {
  /** What the rows of a tensor are, and with them the axes before its columns in the graph. */
  enum Rows {
    TOKENS(2),
    SEQUENCES(1),
    /** Of a matrix, as they are. */
    FIXED(1);

    private final int axes;

    Rows(int axes) {
      this.axes = axes;
    }

    int axes() {
      return axes;
    }
  }

  /** Columns of a tensor and the value that stands there. */
  private record Part(int from, int to, String value) {}

  /** What stands in a tensor: parts of its columns, in order. */
  private record Contents(Rows rows, int width, List<Part> parts) {}

  private final OnnxGraph graph;
  private final int tokens;
  private final int sequences;
  private final Map<Tensor, Contents> written = new IdentityHashMap<>();

  /**
   * The tensors of a pass.
   *
   * @param tokens of the pass
   * @param sequences of the pass, fewer
   */
  TracedTensors(OnnxGraph graph, int tokens, int sequences) {
    this.graph = graph;
    this.tokens = tokens;
    this.sequences = sequences;
  }

  /** Whether anything was written to a tensor; others are the model's weights. */
  boolean holds(Tensor tensor) {
    return written.containsKey(tensor);
  }

  /** What the rows are of a matrix that was written. */
  Rows rows(Matrix x) {
    return contents(x).rows;
  }

  private Contents contents(Matrix x) {
    Contents contents = written.get(x.data());
    if (contents == null) {
      throw unknown("a tensor is read that no operation wrote");
    }
    return contents;
  }

  private static InputException unknown(String what) {
    return new InputException("no graph can be made of the model: " + what);
  }

  /** How many rows of a matrix belong to one token, or sequence. */
  int perRow(Rows rows, Matrix x) {
    return switch (rows) {
      case TOKENS -> x.rows() / tokens;
      case SEQUENCES -> x.rows() / sequences;
      case FIXED -> 1;
    };
  }

  /** Some numbers of a matrix, one after the other, as another. */
  private String part(Contents contents, Matrix x) {
    require(x.isContiguous());
    int from = Math.toIntExact(x.offset());
    int size = Math.multiplyExact(x.rows(), x.cols());
    String value = columns(contents, 0, contents.width);
    if (!isWhole(x)) {
      String all = graph.node("Reshape", value, graph.numbers(false, -1));
      value = slice(all, 0, Math.toIntExact(x.data().shape().size()), from, from + size);
    }
    return graph.node("Reshape", value, graph.numbers(false, x.rows(), x.cols()));
  }

  private static boolean isWhole(Matrix x) {
    return x.offset() == 0
        && x.isContiguous()
        && (long) x.rows() * x.cols() == x.data().shape().size();
  }

  /**
   * The value in a matrix. Where several rows belong to a token, they are an axis of their own
   * before the columns.
   */
  String read(Matrix x) {
    Contents contents = contents(x);
    if (contents.rows == Rows.FIXED && !(isWhole(x) && x.cols() == contents.width)) {
      return part(contents, x);
    }
    int from = Math.toIntExact(x.offset());
    int each = perRow(contents.rows, x);
    if (!isWhole(x) && each == 1) {
      requireColumns(contents.rows, contents.width, x);
      return columns(contents, from, from + x.cols());
    }
    String value = columns(contents, 0, contents.width);
    if (each == 1) {
      return value;
    }
    require(each * x.stride() == contents.width && from + x.cols() <= x.stride());
    String apart = reshape(value, contents.rows, each, x.stride());
    return slice(apart, contents.rows.axes + 1, x.stride(), from, from + x.cols());
  }

  private void requireColumns(Rows rows, int width, Matrix x) {
    boolean fits = x.stride() == width && x.offset() + x.cols() <= width && perRow(rows, x) == 1;
    require(rows != Rows.FIXED && fits);
  }

  private static void require(boolean isOfAllRows) {
    if (!isOfAllRows) {
      throw unknown("an operation takes some rows of a tensor");
    }
  }

  private String columns(Contents contents, int from, int to) {
    List<Part> within = new ArrayList<>();
    int end = from;
    for (Part part : contents.parts) {
      if (part.to <= from || part.from >= to) {
        continue;
      }
      int first = Math.max(from, part.from);
      int last = Math.min(to, part.to);
      if (first != end) {
        break;
      }
      int width = part.to - part.from;
      String value =
          slice(part.value, contents.rows.axes, width, first - part.from, last - part.from);
      within.add(new Part(first, last, value));
      end = last;
    }
    if (end != to) {
      throw unknown("columns are read that no operation wrote");
    }
    if (within.size() == 1) {
      return within.get(0).value;
    }
    String[] values = within.stream().map(Part::value).toArray(String[]::new);
    return graph.node(
        "Concat", List.of(new OnnxGraph.Attribute("axis", (long) contents.rows.axes)), values);
  }

  /** Some of what stands along an axis of a size. */
  private String slice(String value, int axis, int size, int from, int to) {
    if (from == 0 && to == size) {
      return value;
    }
    return graph.node(
        "Slice",
        value,
        graph.numbers(false, from),
        graph.numbers(false, to),
        graph.numbers(false, axis));
  }

  /**
   * Notes the value that an operation writes to a matrix.
   *
   * @param rows what the matrix's rows are
   * @param value with an axis before the columns where several rows belong to a token
   */
  void write(Matrix y, Rows rows, String value) {
    if (isWhole(y)) {
      int each = perRow(rows, y);
      int width = each * y.cols();
      String flat = each == 1 ? value : reshape(value, rows, width);
      List<Part> parts = new ArrayList<>(List.of(new Part(0, width, flat)));
      written.put(y.data(), new Contents(rows, width, parts));
      return;
    }
    requireColumns(rows, y.stride(), y);
    Contents contents =
        written.computeIfAbsent(
            y.data(), tensor -> new Contents(rows, y.stride(), new ArrayList<>()));
    int from = Math.toIntExact(y.offset());
    int to = from + y.cols();
    contents.parts.removeIf(part -> part.from == from && part.to == to);
    if (contents.parts.stream().anyMatch(part -> part.from < to && part.to > from)) {
      throw unknown("columns are written anew that others have a part in");
    }
    contents.parts.add(new Part(from, to, value));
    contents.parts.sort(Comparator.comparingInt(Part::from));
  }

  /** A value with other axes after those of its rows, which stay. */
  String reshape(String value, Rows rows, long... axes) {
    // 0 leaves an axis as it is.
    long[] shape =
        LongStream.concat(LongStream.range(0, rows.axes).map(i -> 0), LongStream.of(axes))
            .toArray();
    return graph.node("Reshape", value, graph.numbers(false, shape));
  }

  /** A value with the axes after those of its rows in another order. */
  String transpose(String value, Rows rows, long... order) {
    LongStream moved = LongStream.of(order).map(axis -> rows.axes + axis);
    long[] all = LongStream.concat(LongStream.range(0, rows.axes), moved).toArray();
    return graph.node("Transpose", List.of(new Axes("perm", all)), value);
  }
}
