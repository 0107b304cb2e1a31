package io.github.lrfbench.kernels.cuda.emulator;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Marks tests that make sense on the emulator alone, not on a GPU. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("cuda")
@EnabledIfSystemProperty(
    named = Emulator.PROPERTY,
    matches = "true",
    disabledReason = "a GPU does not do what the emulator does")
public @interface EmulatorTest {}
