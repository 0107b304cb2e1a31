#include "module.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

#include "base64.h"
#include "context.h"
#include "diagnosis.h"
#include "device.h"
#include "handles.h"
#include "memory.h"
#include "object_marker.h"
#include "object_symbols.h"
#include "stream.h"

namespace emulator {
namespace {

constexpr int copies_for_parallel_blocks = 2;

std::mutex mutex;
std::map<Module*, std::shared_ptr<Module>> modules;
Handles<Function> functions;

// The loader tells objects apart by their file, so every copy is loaded from a file of its own.
std::string write_file(const std::vector<char>& object) {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/lrfbench-emulator-XXXXXX";
  int file = mkstemp(path.data());
  if (file < 0) {
    return "";
  }
  bool written = write(file, object.data(), object.size()) == static_cast<ssize_t>(object.size());
  close(file);
  return written ? path : "";
}

struct ImageSearch {
  uintptr_t address;
  uintptr_t base = 0;
  uintptr_t end = 0;
};

int find_image(dl_phdr_info* info, size_t, void* data) {
  auto search = static_cast<ImageSearch*>(data);
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) {
      continue;
    }
    uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (search->address >= begin && search->address < begin + segment.p_memsz) {
      search->base = info->dlpi_addr;
    }
  }
  if (search->base == 0 || search->base != info->dlpi_addr) {
    return 0;
  }
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_LOAD) {
      search->end = std::max<uintptr_t>(search->end, search->base + segment.p_vaddr + segment.p_memsz);
    }
  }
  return 1;
}

std::unique_ptr<ModuleCopy> load_copy(Module& module, const std::vector<char>& object, std::string* why) {
  std::string path = write_file(object);
  if (path.empty()) {
    *why = "cannot write the kernel object to the temporary folder";
    return nullptr;
  }
  auto copy = std::make_unique<ModuleCopy>();
  copy->library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (copy->library == nullptr) {
    *why = dlerror();
    unlink(path.c_str());
    return nullptr;
  }
  copy->entries = static_cast<const KernelEntry*>(dlsym(copy->library, "emulator_entries"));
  auto count = static_cast<const unsigned*>(dlsym(copy->library, "emulator_entry_count"));
  copy->run = reinterpret_cast<void (*)(Launch*)>(dlsym(copy->library, "emulator_run"));
  if (copy->entries == nullptr || count == nullptr || copy->run == nullptr) {
    *why = "not a kernel object of this emulator";
    unlink(path.c_str());
    return nullptr;
  }
  copy->entry_count = *count;
  ImageSearch search{reinterpret_cast<uintptr_t>(copy->entries)};
  dl_iterate_phdr(find_image, &search);
  copy->image_begin = search.base;
  copy->image_end = search.end;
  std::vector<ObjectSymbol> symbols = read_variables(path);
  unlink(path.c_str());
  if (module.names.empty()) {
    for (const ObjectSymbol& symbol : symbols) {
      module.names.push_back(symbol.name);
    }
  }
  for (size_t i = 0; i < symbols.size(); i++) {
    uintptr_t begin = search.base + symbols[i].offset;
    const char* kernel = nullptr;
    for (unsigned entry = 0; entry < copy->entry_count; entry++) {
      if (symbols[i].function == copy->entries[entry].name) {
        kernel = copy->entries[entry].name;
      }
    }
    copy->variables.push_back({module.names[i].c_str(), begin, begin + symbols[i].bytes, symbols[i].shared, kernel});
  }
  return copy;
}

Status load(const char* image, Module** handle) {
  Status status = check_context();
  if (status == success) {
    status = check_uncaptured();
  }
  if (status != success) {
    return status;
  }
  std::string build = build_marker + build_of(reinterpret_cast<void*>(&load)) + "\n";
  const char* text = std::strstr(image, object_marker);
  if (text == nullptr || std::strstr(image, build.c_str()) == nullptr) {
    return fail(invalid_image, "the image was not made by this build of the emulator");
  }
  std::vector<char> object = base64_decode(text + std::strlen(object_marker));
  auto module = std::make_shared<Module>();
  module->device = current_device();
  int copies = copies_for_parallel_blocks;
  for (int i = 0; i < copies; i++) {
    std::string why;
    std::unique_ptr<ModuleCopy> copy = load_copy(*module, object, &why);
    if (copy == nullptr) {
      return fail(invalid_image, why);
    }
    auto waits = static_cast<const bool*>(dlsym(copy->library, "emulator_waits_between_blocks"));
    module->copies.push_back(std::move(copy));
    if (*waits) {
      module->waits_between_blocks = true;
      copies = max_copies;
    }
    const auto& variables = module->copies[0]->variables;
    if (std::any_of(variables.begin(), variables.end(), [](const Variable& v) { return !v.shared; })) {
      break;
    }
  }
  for (const Variable& variable : module->copies[0]->variables) {
    if (!variable.shared) {
      add_global(variable.begin, variable.end);
    }
  }
  std::lock_guard<std::mutex> lock(mutex);
  *handle = module.get();
  modules[module.get()] = module;
  return success;
}

}  // namespace

ModuleCopy::~ModuleCopy() {
  if (library != nullptr) {
    dlclose(library);
  }
}

int Module::shared_bytes() const {
  int bytes = 0;
  for (const Variable& variable : copies[0]->variables) {
    bytes += variable.shared ? static_cast<int>(variable.end - variable.begin) : 0;
  }
  return bytes;
}

Module::~Module() {
  for (const auto& copy : copies) {
    for (const Variable& variable : copy->variables) {
      if (!variable.shared) {
        remove_global(variable.begin);
      }
    }
  }
}

std::shared_ptr<Module> module_of(Function* function) {
  std::lock_guard<std::mutex> lock(mutex);
  return functions.contains(function) ? function->module.lock() : nullptr;
}

}  // namespace emulator

using namespace emulator;

API Status cuModuleLoadData(Module** module, const void* image) {
  return image == nullptr ? invalid_value : load(static_cast<const char*>(image), module);
}

API Status cuModuleLoadDataEx(Module** module, const void* image, unsigned, int*, void**) {
  return cuModuleLoadData(module, image);
}

API Status cuModuleLoadFatBinary(Module** module, const void* image) { return cuModuleLoadData(module, image); }

API Status cuModuleLoad(Module** module, const char* path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return 301;  // CUDA_ERROR_FILE_NOT_FOUND
  }
  std::string image((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return cuModuleLoadData(module, image.c_str());
}

API Status cuModuleUnload(Module* module) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  auto found = modules.find(module);
  if (found == modules.end()) {
    return fail(invalid_handle, "unloads a module that does not exist, or no longer");
  }
  for (const auto& function : module->functions) {
    functions.remove(function.get());
  }
  modules.erase(found);
  return success;
}

API Status cuModuleGetFunction(Function** function, Module* module, const char* name) {
  Status status = check_context();
  if (status != success) {
    return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  auto found = modules.find(module);
  if (found == modules.end()) {
    return fail(invalid_handle, "a module that does not exist, or no longer");
  }
  for (const auto& known : module->functions) {
    if (known->name == name) {
      *function = known.get();
      return success;
    }
  }
  const ModuleCopy& copy = *module->copies[0];
  for (unsigned i = 0; i < copy.entry_count; i++) {
    if (std::strcmp(copy.entries[i].name, name) == 0) {
      int dynamic = shared_bytes_by_default - module->shared_bytes();
      module->functions.push_back(std::make_unique<Function>(Function{found->second, i, name, dynamic}));
      *function = functions.add(module->functions.back().get());
      return success;
    }
  }
  return fail(not_found, std::string("no kernel named ") + name);
}

API Status cuModuleGetGlobal_v2(DevicePointer* address, size_t* bytes, Module* module, const char* name) {
  std::lock_guard<std::mutex> lock(mutex);
  if (modules.count(module) == 0) {
    return fail(invalid_handle, "a module that does not exist, or no longer");
  }
  for (const Variable& variable : module->copies[0]->variables) {
    if (!variable.shared && std::strcmp(variable.name, name) == 0) {
      if (address != nullptr) {
        *address = variable.begin;
      }
      if (bytes != nullptr) {
        *bytes = variable.end - variable.begin;
      }
      return success;
    }
  }
  return fail(not_found, std::string("no variable named ") + name);
}

API Status cuModuleGetLoadingMode(int* mode) {
  *mode = 1;
  return success;
}
