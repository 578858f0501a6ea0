// What the stand-in is for: every offence here must be caught. One line an offence, and 1 at the end if one was not.
#include "standin.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

struct Context;
struct Stream;
struct Module;
struct Function;
struct Program;
struct Event;

extern "C" {
Status cuInit(unsigned);
Status cuDevicePrimaryCtxRetain(Context **, int);
Status cuCtxSetCurrent(Context *);
Status cuStreamCreate(Stream **, unsigned);
Status cuStreamSynchronize(Stream *);
Status cuStreamDestroy_v2(Stream *);
Status cuEventSynchronize(Event *);
Status cuMemAllocAsync(uint64_t *, size_t, Stream *);
Status cuMemFreeAsync(uint64_t, Stream *);
Status cuMemHostAlloc(void **, size_t, unsigned);
Status cuMemFreeHost(void *);
Status cuMemcpyHtoDAsync_v2(uint64_t, const void *, size_t, Stream *);
Status cuMemcpyDtoHAsync_v2(void *, uint64_t, size_t, Stream *);
Status cuModuleLoadData(Module **, const void *);
Status cuModuleGetFunction(Function **, Module *, const char *);
Status cuLaunchKernel(Function *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Stream *, void **, void **);
int nvrtcCreateProgram(Program **, const char *, const char *, int, const char *const *, const char *const *);
int nvrtcCompileProgram(Program *, int, const char *const *);
int nvrtcGetCUBINSize(Program *, size_t *);
int nvrtcGetCUBIN(Program *, char *);
Status cublasLtCreate(void **);
Status cublasLtMatrixLayoutCreate(void **, int, uint64_t, uint64_t, int64_t);
Status cublasLtMatmulDescCreate(void **, int, int);
Status cublasLtMatmulPreferenceCreate(void **);
Status cublasLtMatmulAlgoGetHeuristic(void *, void *, void *, void *, void *, void *, void *, int, void *, int *);
Status cublasLtMatmul(void *, void *, const void *, const void *, void *, const void *, void *, const void *, const void *, void *, void *, void *, const void *,
                      void *, size_t, Stream *);
}

static const char *KERNELS =
    "extern \"C\" __global__ void fill(float *out, unsigned n) { if (threadIdx.x < n) out[threadIdx.x] = 1.0f; }\n"
    "extern \"C\" __global__ void wide(uint4 *out) { out[0].x = 1; }\n";

static bool missed = false;

static void caught(const char *what, bool good) {
    missed |= !good;
    std::printf("%-70s %s\n", what, good ? "caught" : "MISSED");
}

// Whether doing so ends the process as the stand-in ends it.
template <class F> static bool is_deadly(F work) {
    std::fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
        work();
        _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 97;
}

static int compile(const char *source, const char *arch, std::string &cubin) {
    Program *program;
    size_t bytes = 0;
    nvrtcCreateProgram(&program, source, nullptr, 0, nullptr, nullptr);
    const char *options[] = {arch};
    if (int failed = nvrtcCompileProgram(program, 1, options)) return failed;
    nvrtcGetCUBINSize(program, &bytes);
    cubin.resize(bytes);
    return nvrtcGetCUBIN(program, &cubin[0]);
}

int main() {
    Context *contexts[2];
    Stream *stream, *other, *elsewhere, *gone;
    void *locked;
    uint64_t memory, late, foreign, freed;
    std::vector<float> pageable(1 << 14);
    caught("a call before cuInit", cuStreamCreate(&stream, 1) == NOT_INITIALIZED);
    cuInit(0);
    caught("a call without a context", cuStreamCreate(&stream, 1) == INVALID_CONTEXT);
    for (int i : {1, 0}) {
        cuDevicePrimaryCtxRetain(&contexts[i], i);
        cuCtxSetCurrent(contexts[i]);
        cuStreamCreate(i == 1 ? &elsewhere : &stream, 1);
    }
    cuStreamCreate(&other, 1), cuStreamCreate(&gone, 1), cuStreamDestroy_v2(gone);
    cuMemAllocAsync(&foreign, 4096, elsewhere), cuMemAllocAsync(&memory, 4096, stream), cuMemAllocAsync(&freed, 4096, stream);
    cuMemHostAlloc(&locked, 4096, 0);
    cuStreamSynchronize(stream);
    cuMemAllocAsync(&late, 4096, other);

    caught("a stream that was destroyed", cuStreamSynchronize(gone) == INVALID_HANDLE);
    caught("a stream of another device", cuStreamSynchronize(elsewhere) == INVALID_CONTEXT);
    caught("an event that never was", cuEventSynchronize((Event *)&missed) == INVALID_HANDLE);
    caught("a copy beyond its allocation", cuMemcpyHtoDAsync_v2(memory + 16, pageable.data(), 4096, stream) == INVALID_VALUE);
    caught("a copy to memory of another device", cuMemcpyHtoDAsync_v2(foreign, pageable.data(), 64, stream) == INVALID_VALUE);
    caught("a copy to memory that another stream still has to allocate", cuMemcpyHtoDAsync_v2(late, pageable.data(), 64, stream) == INVALID_VALUE);
    caught("a copy to the program's own memory", cuMemcpyHtoDAsync_v2((uint64_t)pageable.data(), pageable.data(), 64, stream) == INVALID_VALUE);
    caught("results to memory that is not page-locked", cuMemcpyDtoHAsync_v2(pageable.data(), memory, 64, stream) == INVALID_VALUE);
    cuMemFreeAsync(freed, stream);
    caught("memory that was given back", cuMemcpyHtoDAsync_v2(freed, pageable.data(), 64, stream) == INVALID_VALUE);
    caught("memory that is given back twice", cuMemFreeAsync(freed, stream) == INVALID_VALUE);

    cuMemcpyDtoHAsync_v2(locked, memory, 4096, stream);
    caught("results that are read before the copy was waited for", is_deadly([&] { missed = ((volatile float *)locked)[3] == 0; }));
    caught("page-locked memory that goes while a copy is under way", cuMemFreeHost(locked) == INVALID_VALUE);
    cuStreamSynchronize(stream);
    caught("memory that was never written is no number", ((float *)locked)[3] != ((float *)locked)[3]);
    cuMemcpyHtoDAsync_v2(memory, locked, 4096, stream);
    caught("inputs that are changed before the copy was waited for", is_deadly([&] { ((volatile float *)locked)[3] = 1; }));
    cuStreamSynchronize(stream);
    caught("device memory that the program reads itself", is_deadly([&] { missed = *(volatile float *)memory == 0; }));

    std::string cubin, newer, none;
    Module *module;
    Function *fill, *wide;
    caught("too much shared memory", compile("extern \"C\" __global__ void big(float *x) { __shared__ float all[12289]; all[threadIdx.x] = x[0]; __syncthreads(); x[1] = all[threadIdx.x + 1]; }", "--gpu-architecture=sm_80", none) == 6);
    caught("an architecture that is none", compile(KERNELS, "--gpu-architecture=sm_1", none) == 5);
    caught("kernels for another architecture", compile(KERNELS, "--gpu-architecture=sm_90", newer) == 0 && cuModuleLoadData(&module, newer.data()) == NO_BINARY_FOR_GPU);
    bool loaded = compile(KERNELS, "--gpu-architecture=sm_80", cubin) == 0 && cuModuleLoadData(&module, cubin.data()) == OK;
    caught("a kernel that is not there", loaded && cuModuleGetFunction(&fill, module, "empty") == NOT_FOUND);
    cuModuleGetFunction(&fill, module, "fill"), cuModuleGetFunction(&wide, module, "wide");
    unsigned n = 256, many = 1025;
    uint64_t odd = memory + 4;
    void *good[] = {&memory, &n}, *bad[] = {&odd}, *own[] = {&locked, &n}, *far[] = {&memory, &many};
    caught("blocks of more than 1,024 threads", cuLaunchKernel(fill, 1, 1, 1, 2048, 1, 1, 0, stream, good, nullptr) == INVALID_VALUE);
    caught("a grid of nothing", cuLaunchKernel(fill, 0, 1, 1, 32, 1, 1, 0, stream, good, nullptr) == INVALID_VALUE);
    caught("an argument that is not aligned", cuLaunchKernel(wide, 1, 1, 1, 32, 1, 1, 0, stream, bad, nullptr) == INVALID_VALUE);
    caught("an argument that is no device memory", cuLaunchKernel(fill, 1, 1, 1, 32, 1, 1, 0, stream, own, nullptr) == INVALID_VALUE);
    caught("a kernel that writes beyond its memory", is_deadly([&] {
        for (int i = 0; i < 2; i++) far[0] = &(odd = memory + 4000), cuLaunchKernel(fill, 1, 1, 1, 256, 1, 1, 0, stream, far, nullptr);
        cuStreamSynchronize(stream);
    }));
    bool launched = cuLaunchKernel(fill, 1, 1, 1, 256, 1, 1, 0, stream, good, nullptr) == OK;
    cuMemcpyDtoHAsync_v2(locked, memory, 4096, stream);
    cuStreamSynchronize(stream);
    caught("(and what is right is done)", launched && ((float *)locked)[255] == 1.0f);
    caught("a batch from memory that is not page-locked", cuMemcpyHtoDAsync_v2(memory, pageable.data(), 64, stream) == INVALID_VALUE);

    // 32 x 32 in bf16 are 2,048 bytes.
    void *handle, *description, *preference, *square, *tall;
    uint64_t result[12];
    int found = 0;
    float one = 1, zero = 0;
    cublasLtCreate(&handle), cublasLtMatmulDescCreate(&description, 68, 0), cublasLtMatmulPreferenceCreate(&preference);
    cublasLtMatrixLayoutCreate(&square, 14, 32, 32, 32), cublasLtMatrixLayoutCreate(&tall, 14, 32, 320, 32);
    caught("matrices that do not fit together", cublasLtMatmulAlgoGetHeuristic(handle, description, square, tall, square, square, preference, 1, result, &found) == 7);
    cublasLtMatmulAlgoGetHeuristic(handle, description, square, tall, tall, tall, preference, 1, result, &found);
    auto product = [&](void *b, void *layout, void *d) {
        return cublasLtMatmul(handle, description, &one, (void *)memory, square, b, layout, &zero, d, layout, d, layout, result, nullptr, 0, stream);
    };
    uint64_t target;
    cuMemAllocAsync(&target, 32 * 320 * 2, stream);
    caught("a matrix beyond its allocation", found == 1 && product((void *)memory, tall, (void *)target) == 7);
    caught("a product over what it is made of", product((void *)(memory + 2048), square, (void *)memory) == 7);
    caught("a description that never was", cublasLtMatmul(handle, &one, &one, (void *)memory, square, (void *)memory, square, &zero, (void *)target, square,
                                                         (void *)target, square, result, nullptr, 0, stream) == 7);
    std::fflush(stdout);
    _exit(missed);
}
