// cuBLASLt's entry points: products of bf16 matrices with sums in f32, as their descriptions say and not otherwise.
#include "standin.h"

#include <cstring>

using namespace standin;

// Codes of cublas_api.h and names of cublasLt.h.
enum : Status { ALLOC_FAILED = 3, BAD_VALUE = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum { R_32F = 0, R_16BF = 14, COMPUTE_32F = 68 };
enum { TRANSA = 3, TRANSB = 4, EPILOGUE = 7 };
enum { MAX_WORKSPACE_BYTES = 1, REDUCTION_SCHEME_MASK = 3 };

struct Handle { Context *context; };
struct Layout { int type; uint64_t rows, columns; int64_t leading; };
struct Description { int compute, scale, transposed[2]; };
struct Preference { uint64_t workspace; uint32_t reductions; };

// What is in an algorithm's 64 bytes: for which matrices it was chosen, and the workspace that it needs.
struct Algorithm { uint64_t magic, rows, columns, inner, workspace, unused[3]; };
struct Result { Algorithm algorithm; size_t workspace; Status state; float waves; int reserved[4]; };

static const uint64_t MAGIC = 0x6e6f746162756721;
static const uint64_t WORKSPACE = 4 << 20;

static auto &handles = *new std::set<Handle *>;
static auto &layouts = *new std::set<Layout *>;
static auto &descriptions = *new std::set<Description *>;
static auto &preferences = *new std::set<Preference *>;

// D is [rows, columns] and every output a sum of `inner` products.
struct Sizes { uint64_t rows, columns, inner; };

static Status sizes_of(const char *call, const Description *description, const Layout *a, const Layout *b, const Layout *c, const Layout *d, Sizes &sizes) {
    if (!descriptions.count((Description *)description)) return fault(call, BAD_VALUE, "there is no such description");
    for (const Layout *layout : {a, b, c, d}) {
        if (!layouts.count((Layout *)layout)) return fault(call, BAD_VALUE, "there is no such layout");
        if (layout->type != R_16BF) return NOT_SUPPORTED;
        if (layout->rows == 0 || layout->columns == 0 || (uint64_t)layout->leading < layout->rows)
            return fault(call, BAD_VALUE, "a layout of %lu x %lu with %ld between columns", layout->rows, layout->columns, layout->leading);
        // What tensor cores want of bf16.
        if (layout->leading % 8 != 0) return NOT_SUPPORTED;
    }
    if (description->compute != COMPUTE_32F || description->scale != R_32F) return NOT_SUPPORTED;
    bool ta = description->transposed[0], tb = description->transposed[1];
    uint64_t inner_a = ta ? a->rows : a->columns, inner_b = tb ? b->columns : b->rows;
    sizes = {ta ? a->columns : a->rows, tb ? b->rows : b->columns, inner_a};
    bool fits = inner_a == inner_b && c->rows == sizes.rows && c->columns == sizes.columns && d->rows == sizes.rows && d->columns == sizes.columns;
    return fits ? OK : fault(call, BAD_VALUE, "the matrices do not fit together");
}

static float widen(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

static uint16_t narrow(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
    return (uint16_t)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

typedef float Lanes __attribute__((vector_size(32)));
static const size_t TILE = 4;

// Vectors of `inner` values one after the other, padded with zeros, so that there is one loop and one order of sums.
static std::vector<float> packed(const uint16_t *from, const Layout &layout, bool inner_is_rows, uint64_t vectors, uint64_t inner, uint64_t stride) {
    std::vector<float> out((vectors + TILE - 1) / TILE * TILE * stride);
    for (uint64_t v = 0; v < vectors; v++)
        for (uint64_t i = 0; i < inner; i++) out[v * stride + i] = widen(from[inner_is_rows ? v * layout.leading + i : i * layout.leading + v]);
    return out;
}

static void multiply(const Sizes &sizes, const std::vector<float> &a, const std::vector<float> &b, uint64_t stride, float alpha, uint16_t *d, int64_t leading) {
    for (uint64_t column = 0; column < sizes.columns; column += TILE)
        for (uint64_t row = 0; row < sizes.rows; row += TILE) {
            Lanes sums[TILE][TILE] = {};
            for (uint64_t i = 0; i < stride; i += 8) {
                Lanes left[TILE], right[TILE];
                for (size_t t = 0; t < TILE; t++) {
                    std::memcpy(&left[t], &a[(row + t) * stride + i], sizeof(Lanes));
                    std::memcpy(&right[t], &b[(column + t) * stride + i], sizeof(Lanes));
                }
                for (size_t y = 0; y < TILE; y++)
                    for (size_t x = 0; x < TILE; x++) sums[y][x] += left[x] * right[y];
            }
            for (size_t y = 0; y < TILE && column + y < sizes.columns; y++)
                for (size_t x = 0; x < TILE && row + x < sizes.rows; x++) {
                    float sum = 0;
                    for (int lane = 0; lane < 8; lane++) sum += sums[y][x][lane];
                    d[(column + y) * leading + row + x] = narrow(alpha * sum);
                }
        }
}

static size_t bytes_of(const Layout &layout) { return 2 * ((layout.columns - 1) * layout.leading + layout.rows); }

template <class T> static Status destroy(const char *call, std::set<T *> &all, T *one) {
    if (all.erase(one) == 0) return fault(call, BAD_VALUE, "there is no such thing");
    delete one;
    return OK;
}

extern "C" {

Status cublasLtCreate(Handle **handle) {
    ENTER("cublasLtCreate");
    if (current == nullptr) return fault("cublasLtCreate", 1, "no context is current on this thread");
    handles.insert(*handle = new Handle{current});
    return OK;
}

Status cublasLtDestroy(Handle *handle) {
    ENTER("cublasLtDestroy");
    return destroy("cublasLtDestroy", handles, handle);
}

Status cublasLtMatrixLayoutCreate(Layout **layout, int type, uint64_t rows, uint64_t columns, int64_t leading) {
    ENTER("cublasLtMatrixLayoutCreate");
    layouts.insert(*layout = new Layout{type, rows, columns, leading});
    return OK;
}

Status cublasLtMatrixLayoutDestroy(Layout *layout) {
    ENTER("cublasLtMatrixLayoutDestroy");
    return destroy("cublasLtMatrixLayoutDestroy", layouts, layout);
}

Status cublasLtMatmulDescCreate(Description **description, int compute, int scale) {
    ENTER("cublasLtMatmulDescCreate");
    descriptions.insert(*description = new Description{compute, scale, {0, 0}});
    return OK;
}

Status cublasLtMatmulDescSetAttribute(Description *description, int attribute, const void *value, size_t bytes) {
    const char *call = "cublasLtMatmulDescSetAttribute";
    ENTER(call);
    if (!descriptions.count(description) || bytes != 4) return fault(call, BAD_VALUE, "%zu bytes for attribute %d", bytes, attribute);
    int given;
    std::memcpy(&given, value, 4);
    if ((attribute == TRANSA || attribute == TRANSB) && (given == 0 || given == 1)) return description->transposed[attribute - TRANSA] = given, OK;
    if (attribute == EPILOGUE && given == 1) return OK;
    return fault(call, BAD_VALUE, "the stand-in does not know %d for attribute %d", given, attribute);
}

Status cublasLtMatmulDescDestroy(Description *description) {
    ENTER("cublasLtMatmulDescDestroy");
    return destroy("cublasLtMatmulDescDestroy", descriptions, description);
}

Status cublasLtMatmulPreferenceCreate(Preference **preference) {
    ENTER("cublasLtMatmulPreferenceCreate");
    preferences.insert(*preference = new Preference{0, 0x7});
    return OK;
}

Status cublasLtMatmulPreferenceSetAttribute(Preference *preference, int attribute, const void *value, size_t bytes) {
    const char *call = "cublasLtMatmulPreferenceSetAttribute";
    ENTER(call);
    if (!preferences.count(preference)) return fault(call, BAD_VALUE, "there is no such preference");
    if (attribute == MAX_WORKSPACE_BYTES && bytes == 8) return std::memcpy(&preference->workspace, value, 8), OK;
    if (attribute == REDUCTION_SCHEME_MASK && bytes == 4) return std::memcpy(&preference->reductions, value, 4), OK;
    return fault(call, BAD_VALUE, "%zu bytes for attribute %d", bytes, attribute);
}

Status cublasLtMatmulPreferenceDestroy(Preference *preference) {
    ENTER("cublasLtMatmulPreferenceDestroy");
    return destroy("cublasLtMatmulPreferenceDestroy", preferences, preference);
}

Status cublasLtMatmulAlgoGetHeuristic(Handle *handle, Description *description, Layout *a, Layout *b, Layout *c, Layout *d, Preference *preference, int wanted,
                                      Result *results, int *found) {
    const char *call = "cublasLtMatmulAlgoGetHeuristic";
    ENTER(call);
    *found = 0;
    if (!handles.count(handle) || !preferences.count(preference) || wanted < 1) return fault(call, BAD_VALUE, "a handle or a preference is not there");
    // A kind of matrix for which there is nothing without split sums (asked for in a test).
    if (preference->reductions == 0 && setting("CUDA_STANDIN_ONLY_SPLIT", 0)) return NOT_SUPPORTED;
    Sizes sizes;
    if (Status status = sizes_of(call, description, a, b, c, d, sizes)) return status;
    uint64_t workspace = preference->workspace < WORKSPACE ? 0 : WORKSPACE;
    results[0] = {{MAGIC, sizes.rows, sizes.columns, sizes.inner, workspace, {}}, workspace, OK, 1.0f, {}};
    *found = 1;
    return OK;
}

Status cublasLtMatmul(Handle *handle, Description *description, const void *alpha, const void *a, Layout *a_layout, const void *b, Layout *b_layout,
                      const void *beta, const void *c, Layout *c_layout, void *d, Layout *d_layout, const Algorithm *algorithm, void *workspace,
                      size_t workspace_bytes, Stream *stream) {
    const char *call = "cublasLtMatmul";
    ENTER(call);
    if (usable(call, stream) != OK) return EXECUTION_FAILED;
    if (!handles.count(handle) || handle->context != current) return fault(call, BAD_VALUE, "the handle is of another device, or gone");
    Sizes sizes;
    if (Status status = sizes_of(call, description, a_layout, b_layout, c_layout, d_layout, sizes)) return status;
    if (algorithm == nullptr || algorithm->magic != MAGIC || algorithm->rows != sizes.rows || algorithm->inner != sizes.inner)
        return fault(call, BAD_VALUE, "the algorithm was chosen for another matrix");
    // An algorithm that does not take every batch (asked for in a test).
    if (setting("CUDA_STANDIN_REFUSE", 0) && algorithm->columns != sizes.columns && sizes.columns % 3 != 0) return count("products refused"), NOT_SUPPORTED;
    float factor, keep;
    std::memcpy(&factor, alpha, 4), std::memcpy(&keep, beta, 4);
    if (keep != 0.0f) return NOT_SUPPORTED;
    Place at[3], space;
    // 256 bytes is what a heuristic takes for granted where it is not told otherwise.
    bool good = locate(call, stream, (uint64_t)a, bytes_of(*a_layout), 256, at[0]) && locate(call, stream, (uint64_t)b, bytes_of(*b_layout), 256, at[1])
        && locate(call, stream, (uint64_t)d, bytes_of(*d_layout), 256, at[2]) && (c == d || locate(call, stream, (uint64_t)c, bytes_of(*c_layout), 256, space));
    if (!good) return BAD_VALUE;
    if (at[2].in == at[0].in || at[2].in == at[1].in) return fault(call, BAD_VALUE, "a product is written over what it is made of");
    if (algorithm->workspace > workspace_bytes || (workspace_bytes > 0 && !locate(call, stream, (uint64_t)workspace, workspace_bytes, 256, space)))
        return fault(call, BAD_VALUE, "the workspace does not suffice");
    count("products on cuda:" + std::to_string(current->device));
    highest("most rows of a product", sizes.columns);
    stream->launched = true;
    Layout la = *a_layout, lb = *b_layout, ld = *d_layout;
    bool ta = description->transposed[0], tb = description->transposed[1];
    uint64_t used = algorithm->workspace;
    return submit(stream, call, [=]() -> Status {
        for (const Place &place : at)
            if (place.now() == nullptr) return fault(call, ILLEGAL_ADDRESS, "a matrix was given back before the product was made");
        // An algorithm leaves what it likes in its workspace.
        if (used > 0 && space.now() != nullptr) std::memset(space.now(), 0xff, used);
        uint64_t stride = (sizes.inner + 7) / 8 * 8;
        auto left = packed((const uint16_t *)at[0].now(), la, ta, sizes.rows, sizes.inner, stride);
        auto right = packed((const uint16_t *)at[1].now(), lb, !tb, sizes.columns, sizes.inner, stride);
        multiply(sizes, left, right, stride, factor, (uint16_t *)at[2].now(), ld.leading);
        return OK;
    });
}

}  // extern "C"
