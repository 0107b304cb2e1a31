// Walks through C++ text without being misled by literals.
#pragma once
#include <string>

namespace emulator {

inline bool identifier_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Past the string or character literal that begins at `at`.
inline size_t skip_literal(const std::string& text, size_t at) {
  char quote = text[at++];
  while (at < text.size() && text[at] != quote) {
    at += text[at] == '\\' ? 2 : 1;
  }
  return at + 1;
}

inline size_t skip_space(const std::string& text, size_t at) {
  while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) {
    at++;
  }
  return at;
}

inline size_t skip_identifier(const std::string& text, size_t at) {
  while (at < text.size() && identifier_character(text[at])) {
    at++;
  }
  return at;
}

// Past the bracket that closes the one at `at`.
inline size_t skip_brackets(const std::string& text, size_t at) {
  int depth = 0;
  while (at < text.size()) {
    char c = text[at];
    if (c == '"' || c == '\'') {
      at = skip_literal(text, at);
      continue;
    }
    depth += c == '(' || c == '[' || c == '{';
    depth -= c == ')' || c == ']' || c == '}';
    at++;
    if (depth == 0) {
      return at;
    }
  }
  return at;
}

inline std::string trim(const std::string& text) {
  size_t begin = skip_space(text, 0);
  size_t end = text.size();
  while (end > begin && std::isspace(static_cast<unsigned char>(text[end - 1]))) {
    end--;
  }
  return text.substr(begin, end - begin);
}

}  // namespace emulator
