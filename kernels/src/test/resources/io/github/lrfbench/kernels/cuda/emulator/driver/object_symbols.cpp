#include "object_symbols.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

namespace emulator {
namespace {

// The runtime's own variables, the linker's and the C library's.
bool internal(const std::string& name) {
  for (const char* special : {"threadIdx", "blockIdx", "blockDim", "gridDim"}) {
    if (name == special) {
      return true;
    }
  }
  for (const char* beginning : {"__", "_DYNAMIC", "_GLOBAL", "_ZGV", "completed."}) {
    if (name.rfind(beginning, 0) == 0) {
      return true;
    }
  }
  return name.find("8emulator") != std::string::npos || name.rfind("emulator_", 0) == 0;
}

// Of "_ZZ7kernel_E4tile" and the like: the function's name, where it has C linkage or no scope.
std::string owner_of(const std::string& mangled) {
  size_t digits = 3;
  size_t length = 0;
  while (digits < mangled.size() && mangled[digits] >= '0' && mangled[digits] <= '9') {
    length = 10 * length + (mangled[digits++] - '0');
  }
  return mangled.substr(digits, length);
}

// "_ZZ6kernelPfE4tile" to "tile": the last identifier with its length before it.
std::string plain_name(const std::string& mangled) {
  size_t end = mangled.rfind('_');
  std::string text = mangled;
  if (end != std::string::npos && end + 1 < mangled.size() &&
      mangled.find_first_not_of("0123456789", end + 1) == std::string::npos) {
    text = mangled.substr(0, end);  // a discriminator: the second static of this name
  }
  for (size_t length = 1; length < text.size(); length++) {
    std::string digits = std::to_string(length);
    size_t start = text.size() - length;
    if (start >= digits.size() && text.compare(start - digits.size(), digits.size(), digits) == 0 &&
        !(text[start] >= '0' && text[start] <= '9')) {
      return text.substr(start);
    }
  }
  return text;
}

}  // namespace

std::vector<ObjectSymbol> read_variables(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<char> file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<ObjectSymbol> found;
  if (file.size() < sizeof(Elf64_Ehdr)) {
    return found;
  }
  auto header = reinterpret_cast<const Elf64_Ehdr*>(file.data());
  auto sections = reinterpret_cast<const Elf64_Shdr*>(file.data() + header->e_shoff);
  for (int s = 0; s < header->e_shnum; s++) {
    if (sections[s].sh_type != SHT_SYMTAB) {
      continue;
    }
    const char* strings = file.data() + sections[sections[s].sh_link].sh_offset;
    auto symbols = reinterpret_cast<const Elf64_Sym*>(file.data() + sections[s].sh_offset);
    for (size_t i = 0; i < sections[s].sh_size / sizeof(Elf64_Sym); i++) {
      const Elf64_Sym& symbol = symbols[i];
      bool variable = ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_size > 0 &&
                      symbol.st_shndx != SHN_UNDEF && symbol.st_shndx < header->e_shnum;
      if (!variable || (sections[symbol.st_shndx].sh_flags & SHF_WRITE) == 0) {
        continue;
      }
      const char* section_names = file.data() + sections[header->e_shstrndx].sh_offset;
      const char* section = section_names + sections[symbol.st_shndx].sh_name;
      bool data = std::strncmp(section, ".data", 5) == 0 || std::strncmp(section, ".bss", 4) == 0;
      std::string name = strings + symbol.st_name;
      if (!data || std::strncmp(section, ".data.rel.ro", 12) == 0 || internal(name)) {
        continue;
      }
      bool local = name.rfind("_ZZ", 0) == 0;
      bool mangled = name.rfind("_Z", 0) == 0;
      found.push_back({mangled ? plain_name(name) : name, local ? owner_of(name) : "", symbol.st_value,
                       symbol.st_size, local});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const ObjectSymbol& a, const ObjectSymbol& b) { return a.offset < b.offset; });
  return found;
}

}  // namespace emulator
