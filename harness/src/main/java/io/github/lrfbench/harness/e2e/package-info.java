/** The E2E NLG data: meaning representations and what people wrote for them. */
package io.github.lrfbench.harness.e2e;
