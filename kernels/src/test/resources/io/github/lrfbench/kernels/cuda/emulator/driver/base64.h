#pragma once
#include <cstring>
#include <string>
#include <vector>

namespace emulator {

constexpr const char* base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string base64_encode(const std::vector<char>& bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (size_t j = 0; j < 3; j++) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (int shift = 18; shift >= 0; shift -= 6) {
      text += base64_digits[group >> shift & 63];
    }
  }
  for (size_t i = bytes.size(); i % 3 != 0; i++) {
    text[text.size() - 1 - (i - bytes.size())] = '=';
  }
  return text;
}

// Reads digits up to the first other character.
inline std::vector<char> base64_decode(const char* text) {
  unsigned char value[256];
  std::memset(value, 64, sizeof value);
  for (unsigned char i = 0; i < 64; i++) {
    value[static_cast<unsigned char>(base64_digits[i])] = i;
  }
  std::vector<char> bytes;
  unsigned group = 0;
  int bits = 0;
  for (; value[static_cast<unsigned char>(*text)] < 64; text++) {
    group = group << 6 | value[static_cast<unsigned char>(*text)];
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(group >> bits & 255));
    }
  }
  return bytes;
}

}  // namespace emulator
