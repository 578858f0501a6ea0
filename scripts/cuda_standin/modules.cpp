// Modules and launches. A module is a shared library of kernels for the processor, made by this stand-in's NVRTC.
#include "standin.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

namespace standin {

// As in kernels.h.
struct Parameter { unsigned bytes, is_pointer, alignment; };
struct Kernel {
    const char *name;
    unsigned count;
    Parameter parameters[16];
    void (*run)(unsigned, unsigned, unsigned, void **);
};

struct Module {
    Context *context;
    void *library;
    const Kernel *table;
    unsigned length;
};

struct Function {
    Module *module;
    const Kernel *kernel;
};

static auto &modules = *new std::set<Module *>;
static auto &functions = *new std::set<Function *>;

// How long the ELF file at `image` is: its table of sections is its end.
static size_t length_of(const void *image) {
    const auto *header = (const Elf64_Ehdr *)image;
    if (std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return 0;
    return header->e_shoff + (size_t)header->e_shnum * header->e_shentsize;
}

static void *load(const void *image) {
    size_t bytes = length_of(image);
    int file = bytes == 0 ? -1 : memfd_create("cubin", MFD_CLOEXEC);
    if (file < 0 || write(file, image, bytes) != (ssize_t)bytes) return nullptr;
    // Left open: the loader knows libraries by name, and another file under this number would be taken for this one.
    return dlopen(("/proc/self/fd/" + std::to_string(file)).c_str(), RTLD_NOW | RTLD_LOCAL);
}

// An argument, copied when a launch is asked for.
struct Argument {
    std::vector<char> bytes;
    Place place;
};

static Status check_shape(const char *name, const unsigned grid[3], const unsigned block[3], unsigned shared) {
    const char *call = "cuLaunchKernel";
    if (!grid[0] || !grid[1] || !grid[2] || !block[0] || !block[1] || !block[2]) return fault(call, INVALID_VALUE, "%s: a launch of nothing", name);
    if (grid[0] > 0x7fffffffu || grid[1] > 65535 || grid[2] > 65535) return fault(call, INVALID_VALUE, "%s: a grid of %u x %u x %u", name, grid[0], grid[1], grid[2]);
    if ((uint64_t)block[0] * block[1] * block[2] > 1024 || block[2] > 64) return fault(call, INVALID_VALUE, "%s: blocks of %u x %u x %u", name, block[0], block[1], block[2]);
    if (shared > 48 << 10) return fault(call, INVALID_VALUE, "%s: %u bytes of shared memory", name, shared);
    if (grid[2] != 1 || block[1] != 1 || block[2] != 1 || shared != 0)
        return fault(call, INVALID_VALUE, "%s: the emulator knows grids in two dimensions, blocks in one and no shared memory of a launch's own", name);
    return OK;
}

}  // namespace standin

using namespace standin;

extern "C" {

Status cuModuleLoadData(Module **module, const void *image) {
    const char *call = "cuModuleLoadData";
    ENTER(call);
    if (current == nullptr) return fault(call, INVALID_CONTEXT, "no context is current on this thread");
    if (current->broken) return current->broken;
    void *library = load(image);
    if (library == nullptr) return fault(call, INVALID_IMAGE, "that is no module (%s)", dlerror());
    const auto *arch = (const unsigned *)dlsym(library, "standin_arch");
    const auto *length = (const unsigned *)dlsym(library, "standin_table_length");
    const auto *table = (const Kernel *)dlsym(library, "standin_table");
    if (arch == nullptr || length == nullptr || table == nullptr) return fault(call, INVALID_IMAGE, "that is no module of this stand-in");
    // Machine code runs on its own generation, from its own number on.
    unsigned capability = (unsigned)setting("CUDA_STANDIN_CAPABILITY", 80);
    if (*arch / 10 != capability / 10 || *arch > capability) return NO_BINARY_FOR_GPU;
    *module = new Module{current, library, table, *length};
    modules.insert(*module);
    return OK;
}

Status cuModuleGetFunction(Function **function, Module *module, const char *name) {
    const char *call = "cuModuleGetFunction";
    ENTER(call);
    if (modules.count(module) == 0) return fault(call, INVALID_HANDLE, "there is no such module");
    for (unsigned i = 0; i < module->length; i++)
        if (std::strcmp(module->table[i].name, name) == 0) {
            *function = new Function{module, &module->table[i]};
            functions.insert(*function);
            return OK;
        }
    return fault(call, NOT_FOUND, "there is no kernel %s", name);
}

Status cuModuleUnload(Module *module) {
    const char *call = "cuModuleUnload";
    ENTER(call);
    if (modules.count(module) == 0) return fault(call, INVALID_HANDLE, "there is no such module");
    if (module->context->broken) return module->context->broken;
    modules.erase(module);
    for (const Stream *stream : module->context->streams)
        for (const Operation &operation : stream->queue)
            if (operation.module == module) return fault(call, INVALID_HANDLE, "%s is still to run", operation.what);
    for (auto at = functions.begin(); at != functions.end();) at = (*at)->module == module ? functions.erase(at) : std::next(at);
    dlclose(module->library);
    return OK;
}

Status cuLaunchKernel(Function *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,
                      unsigned shared, Stream *stream, void **parameters, void **extra) {
    const char *call = "cuLaunchKernel";
    ENTER(call);
    if (Status status = usable(call, stream)) return status;
    if (functions.count(function) == 0) return fault(call, INVALID_HANDLE, "there is no such function");
    const Kernel *kernel = function->kernel;
    if (function->module->context != stream->context) return fault(call, INVALID_HANDLE, "%s was loaded on another device", kernel->name);
    const unsigned grid[] = {grid_x, grid_y, grid_z}, block[] = {block_x, block_y, block_z};
    if (Status status = check_shape(kernel->name, grid, block, shared)) return status;
    if (parameters == nullptr || extra != nullptr) return fault(call, INVALID_VALUE, "%s: no arguments", kernel->name);
    std::vector<Argument> arguments(kernel->count);
    for (unsigned i = 0; i < kernel->count; i++) {
        const Parameter &wanted = kernel->parameters[i];
        if (parameters[i] == nullptr) return fault(call, INVALID_VALUE, "%s: argument %u is missing", kernel->name, i);
        arguments[i].bytes.assign((char *)parameters[i], (char *)parameters[i] + wanted.bytes);
        uint64_t address;
        if (!wanted.is_pointer) continue;
        std::memcpy(&address, parameters[i], sizeof address);
        if (!locate(kernel->name, stream, address, 1, wanted.alignment, arguments[i].place)) return INVALID_VALUE;
    }
    stream->launched = true;
    if (current->before_launches == 0) highest("bytes before the first launch on cuda:" + std::to_string(current->device), current->before_launches = current->live);
    count("launches of " + std::string(kernel->name) + " on cuda:" + std::to_string(stream->context->device));
    return submit(stream, kernel->name, [kernel, grid_x, grid_y, block_x, arguments = std::move(arguments)]() mutable {
        std::vector<void *> pointers;
        std::vector<char *> places(arguments.size());
        for (size_t i = 0; i < arguments.size(); i++) {
            Argument &argument = arguments[i];
            if (argument.place.in == nullptr) {
                pointers.push_back(argument.bytes.data());
                continue;
            }
            places[i] = argument.place.now();
            if (places[i] == nullptr) return fault(kernel->name, ILLEGAL_ADDRESS, "the memory of argument %zu was given back before the kernel ran", i);
            pointers.push_back(&places[i]);
        }
        kernel->run(grid_x, grid_y, block_x, pointers.data());
        return (Status)OK;
    }, function->module);
}

}  // extern "C"
