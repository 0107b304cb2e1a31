package io.github.lrfbench.harness.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Field;
import picocli.CommandLine.Model.OptionSpec;

/** What options are about; help lists those of one topic together, in this order. */
enum OptionTopic {
  SUBJECT("Model and task"),
  COMPRESSION("Compression"),
  TRAINING("Training"),
  ADAPTER("Adapter"),
  GENERATION("New text"),
  LATENCY("Latency"),
  DATA("Data"),
  DEVICE("Device"),
  TABLES("Tables"),
  OTHER("Other options");

  /** Stands on the field of an option, or on a class for all of its options. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target({ElementType.TYPE, ElementType.FIELD})
  @interface Of {
    OptionTopic value();
  }

  private final String heading;

  OptionTopic(String heading) {
    this.heading = heading;
  }

  String heading() {
    return heading;
  }

  /** The topic of an option; that of its field goes before that of its class. */
  static OptionTopic of(OptionSpec option) {
    if (!(option.userObject() instanceof Field field)) {
      return OTHER;
    }
    Of own = field.getAnnotation(Of.class);
    Of shared = own == null ? field.getDeclaringClass().getAnnotation(Of.class) : own;
    return shared == null ? OTHER : shared.value();
  }
}
