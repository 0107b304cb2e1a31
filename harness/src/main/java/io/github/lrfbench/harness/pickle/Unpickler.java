package io.github.lrfbench.harness.pickle;

import io.github.lrfbench.kernels.InputException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine that a pickle is a program of, without what could run code: it makes None, truth
 * values, numbers, strings, tuples, lists, sets and dicts, and what a {@link Vocabulary} knows.
 * Every other instruction is refused. What it makes is bounded, and it never compares or walks
 * through what it made, which a small pickle can make endless.
 *
 * <p>None is null, integers are Long or BigInteger, tuples {@link Tuple}, lists and sets List,
 * dicts Map.
 */
public final class Unpickler {
  private static final int NEWEST_PROTOCOL = 5;
  private static final int MOST_OBJECTS = 2_000_000;
  private static final long MOST_TEXT = 64L << 20;
  private static final int LONGEST_INTEGER = 255;
  private static final Object MARK = new Object();

  private final PickleInput in;
  private final Vocabulary vocabulary;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private int objects;
  private long text;

  private Unpickler(PickleInput in, Vocabulary vocabulary) {
    this.in = in;
    this.vocabulary = vocabulary;
  }

  /**
   * Reads one pickle and leaves the input behind it.
   *
   * @throws InputException if it is broken or holds what is not in the vocabulary
   */
  public static Object read(PickleInput in, Vocabulary vocabulary) {
    return new Unpickler(in, vocabulary).run();
  }

  private Object run() {
    for (int code = in.unsignedByte(); code != '.'; code = in.unsignedByte()) {
      step(code);
    }
    return pop();
  }

  private void step(int code) {
    switch (code) {
      case 0x80 -> protocol(in.unsignedByte());
      case 0x95 -> in.requireLength(in.signedLong());
      case '(' -> push(MARK);
      case '0' -> drop();
      case '1' -> popToMark();
      case '2' -> push(top());
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) in.unsignedByte());
      case 'M' -> push((long) in.unsignedShort());
      case 'J' -> push((long) in.signedInt());
      case 0x8a -> push(integer(in.unsignedByte()));
      case 0x8b -> push(integer(in.unsignedInt()));
      case 'G' -> push(in.bigEndianDouble());
      case 'X' -> push(string(in.unsignedInt()));
      case 0x8c, 'U' -> push(string(in.unsignedByte()));
      case 0x8d -> push(string(in.signedLong()));
      case 'T' -> push(string(in.unsignedInt()));
      case 'B' -> push(bytes(in.unsignedInt()));
      case 'C' -> push(bytes(in.unsignedByte()));
      case 0x8e, 0x96 -> push(bytes(in.signedLong()));
      default -> stepOfContainers(code);
    }
  }

  private void stepOfContainers(int code) {
    switch (code) {
      case ')' -> push(new Tuple(List.of()));
      case 0x85 -> push(tuple(1));
      case 0x86 -> push(tuple(2));
      case 0x87 -> push(tuple(3));
      case 't' -> push(new Tuple(Collections.unmodifiableList(popToMark())));
      case ']', 0x8f -> push(new ArrayList<>());
      case 'l', 0x91 -> push(popToMark());
      case '}' -> push(new LinkedHashMap<>());
      case 'd' -> {
        List<Object> items = popToMark();
        push(new LinkedHashMap<>());
        put(items);
      }
      case 'a' -> append(Collections.singletonList(pop()));
      case 'e', 0x90 -> append(popToMark());
      case 's' -> {
        Object value = pop();
        put(Arrays.asList(pop(), value));
      }
      case 'u' -> put(popToMark());
      default -> stepOfObjects(code);
    }
  }

  private void stepOfObjects(int code) {
    switch (code) {
      case 'q' -> keep(in.unsignedByte());
      case 'r' -> keep(in.unsignedInt());
      case 0x94 -> keep(memo.size());
      case 'h' -> push(recall(in.unsignedByte()));
      case 'j' -> push(recall(in.unsignedInt()));
      case 'c' -> push(global(in.line(), in.line()));
      case 0x93 -> {
        Object name = pop();
        if (!(pop() instanceof String module) || !(name instanceof String text)) {
          throw in.fault("is broken: a class's name is no string");
        }
        push(global(module, text));
      }
      case 'R', 0x81 -> {
        List<Object> arguments = arguments(pop());
        if (!(pop() instanceof PickledClass called)) {
          throw in.fault("calls what is no class or function of a state dict; nothing was run");
        }
        push(called.call(arguments));
      }
      case 'b' -> {
        // Attributes, such as the versions of modules that a state dict bears. Nothing needs them.
        pop();
        if (!(top() instanceof Map || top() instanceof Attributed)) {
          throw in.fault("gives a state to what has none in a state dict");
        }
      }
      case 'Q' -> push(vocabulary.persistent(arguments(pop())));
      default ->
          throw in.fault(
              String.format("holds the instruction 0x%02x, which no state dict needs", code));
    }
  }

  /** What has attributes that nobody reads. */
  public interface Attributed {}

  private void protocol(int version) {
    if (version > NEWEST_PROTOCOL) {
      throw in.fault("is of protocol " + version + "; those up to 5 are read");
    }
  }

  private Object global(String module, String name) {
    // Python 2's name.
    return vocabulary.global(module.equals("__builtin__") ? "builtins" : module, name);
  }

  private List<Object> arguments(Object tuple) {
    if (tuple instanceof Tuple arguments) {
      return arguments.items();
    }
    throw in.fault("is broken: arguments are no tuple");
  }

  private Object integer(long length) {
    in.requireLength(length);
    if (length > LONGEST_INTEGER) {
      throw in.fault("holds an integer of " + length + " bytes, which no state dict does");
    }
    byte[] bytes = in.bytes(length);
    for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
    BigInteger value = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private String string(long length) {
    count(length);
    return in.utf8(length);
  }

  private byte[] bytes(long length) {
    count(length);
    return in.bytes(length);
  }

  private void count(long length) {
    in.requireLength(length);
    text += length;
    if (text > MOST_TEXT) {
      throw in.fault("holds more text than any state dict");
    }
  }

  private void push(Object value) {
    objects++;
    if (objects > MOST_OBJECTS) {
      throw tooMany();
    }
    stack.add(value);
  }

  private InputException tooMany() {
    return in.fault("makes more than " + MOST_OBJECTS + " objects, which no state dict does");
  }

  private Object pop() {
    Object value = top();
    drop();
    return value;
  }

  private void drop() {
    if (stack.isEmpty()) {
      throw in.fault("is broken: it takes from an empty stack");
    }
    stack.remove(stack.size() - 1);
  }

  private Object top() {
    if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
      throw in.fault("is broken: it takes from an empty stack");
    }
    return stack.get(stack.size() - 1);
  }

  private Tuple tuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return new Tuple(Collections.unmodifiableList(Arrays.asList(items)));
  }

  private List<Object> popToMark() {
    int mark = stack.size() - 1;
    while (mark >= 0 && stack.get(mark) != MARK) {
      mark--;
    }
    if (mark < 0) {
      throw in.fault("is broken: it has no mark where one is asked for");
    }
    List<Object> items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
    stack.subList(mark, stack.size()).clear();
    return items;
  }

  @SuppressWarnings("unchecked")
  private void append(List<Object> items) {
    if (!(top() instanceof List)) {
      throw in.fault("is broken: it appends to what is no list");
    }
    ((List<Object>) top()).addAll(items);
  }

  @SuppressWarnings("unchecked")
  private void put(List<Object> items) {
    if (!(top() instanceof Map) || items.size() % 2 != 0) {
      throw in.fault("is broken: it puts items into what is no dict");
    }
    Map<Object, Object> target = (Map<Object, Object>) top();
    for (int i = 0; i < items.size(); i += 2) {
      Object key = items.get(i);
      if (key instanceof List || key instanceof Map) {
        throw in.fault("is broken: a key of a dict is no constant");
      }
      target.put(key, items.get(i + 1));
    }
  }

  private void keep(long index) {
    memo.put(index, top());
    if (memo.size() > MOST_OBJECTS) {
      throw tooMany();
    }
  }

  private Object recall(long index) {
    if (!memo.containsKey(index)) {
      throw in.fault("is broken: it recalls " + index + ", which it never kept");
    }
    return memo.get(index);
  }
}
