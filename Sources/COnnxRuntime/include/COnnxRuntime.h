// The part of ONNX Runtime's C interface that this package uses, declared here so that the build needs no ONNX Runtime.
//
// The interface is one table of function pointers. Its order never changes: a new release only adds at the end. So a
// table read by position is right for every release that serves `ORT_TABLE_VERSION`. Functions that are used have their
// type; runs of functions that are not used are arrays named after the first and last position they stand for. The
// assertions at the end pin the positions (facts from onnxruntime_c_api.h, MIT licence).
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The oldest table version that has all functions below; version 11 came with release 1.11.
#define ORT_TABLE_VERSION 11

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtIoBinding OrtIoBinding;
typedef struct OrtArenaCfg OrtArenaCfg;
typedef struct OrtCUDAProviderOptionsV2 OrtCUDAProviderOptionsV2;
typedef struct OrtTensorRTProviderOptionsV2 OrtTensorRTProviderOptionsV2;

/// What a call answers: null when it went well.
typedef OrtStatus *_Nullable OrtResult;

/// `severity` runs from 0 (verbose) to 4 (fatal).
typedef void (*OrtLoggingFunction)(
    void *_Nullable param,
    int severity,
    const char *category,
    const char *log_id,
    const char *code_location,
    const char *message
);

/// The place of a function that is not used.
typedef uintptr_t OrtUnused;

typedef struct OrtApi {
    OrtUnused unused_0[1];
    int (*_Nonnull GetErrorCode)(const OrtStatus *status);
    const char *_Nonnull (*_Nonnull GetErrorMessage)(const OrtStatus *status);
    OrtUnused unused_3[1];
    OrtResult (*_Nonnull CreateEnvWithCustomLogger)(
        OrtLoggingFunction function, void *_Nullable param, int severity, const char *log_id,
        OrtEnv *_Nullable *_Nonnull out);
    OrtUnused unused_5[1];
    OrtResult (*_Nonnull DisableTelemetryEvents)(const OrtEnv *env);
    OrtResult (*_Nonnull CreateSession)(
        const OrtEnv *env, const char *path, const OrtSessionOptions *options, OrtSession *_Nullable *_Nonnull out);
    OrtUnused unused_8[1];
    OrtResult (*_Nonnull Run)(
        OrtSession *session, const OrtRunOptions *_Nullable options, const char *const _Nonnull *_Nonnull input_names,
        const OrtValue *const _Nonnull *_Nonnull inputs, size_t input_count,
        const char *const _Nonnull *_Nonnull output_names, size_t output_count, OrtValue *_Nullable *_Nonnull outputs);
    OrtResult (*_Nonnull CreateSessionOptions)(OrtSessionOptions *_Nullable *_Nonnull out);
    OrtUnused unused_11_16[6];
    OrtResult (*_Nonnull DisableMemPattern)(OrtSessionOptions *options);
    OrtUnused unused_18[1];
    OrtResult (*_Nonnull DisableCpuMemArena)(OrtSessionOptions *options);
    OrtUnused unused_20_22[3];
    OrtResult (*_Nonnull SetSessionGraphOptimizationLevel)(OrtSessionOptions *options, int level);
    OrtResult (*_Nonnull SetIntraOpNumThreads)(OrtSessionOptions *options, int count);
    OrtResult (*_Nonnull SetInterOpNumThreads)(OrtSessionOptions *options, int count);
    OrtUnused unused_26_29[4];
    OrtResult (*_Nonnull SessionGetInputCount)(const OrtSession *session, size_t *out);
    OrtResult (*_Nonnull SessionGetOutputCount)(const OrtSession *session, size_t *out);
    OrtUnused unused_32[1];
    OrtResult (*_Nonnull SessionGetInputTypeInfo)(
        const OrtSession *session, size_t index, OrtTypeInfo *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull SessionGetOutputTypeInfo)(
        const OrtSession *session, size_t index, OrtTypeInfo *_Nullable *_Nonnull out);
    OrtUnused unused_35[1];
    OrtResult (*_Nonnull SessionGetInputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull SessionGetOutputName)(
        const OrtSession *session, size_t index, OrtAllocator *allocator, char *_Nullable *_Nonnull out);
    OrtUnused unused_38[1];
    OrtResult (*_Nonnull CreateRunOptions)(OrtRunOptions *_Nullable *_Nonnull out);
    OrtUnused unused_40_45[6];
    OrtResult (*_Nonnull RunOptionsSetTerminate)(OrtRunOptions *options);
    OrtUnused unused_47_48[2];
    OrtResult (*_Nonnull CreateTensorWithDataAsOrtValue)(
        const OrtMemoryInfo *info, void *data, size_t byte_count, const int64_t *_Nullable shape, size_t rank,
        int element_type, OrtValue *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull IsTensor)(const OrtValue *value, int *out);
    OrtResult (*_Nonnull GetTensorMutableData)(OrtValue *value, void *_Nullable *_Nonnull out);
    OrtUnused unused_52_54[3];
    OrtResult (*_Nonnull CastTypeInfoToTensorInfo)(
        const OrtTypeInfo *info, const OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out);
    OrtUnused unused_56_59[4];
    OrtResult (*_Nonnull GetTensorElementType)(const OrtTensorTypeAndShapeInfo *info, int *out);
    OrtResult (*_Nonnull GetDimensionsCount)(const OrtTensorTypeAndShapeInfo *info, size_t *out);
    OrtResult (*_Nonnull GetDimensions)(const OrtTensorTypeAndShapeInfo *info, int64_t *values, size_t count);
    OrtUnused unused_63_64[2];
    OrtResult (*_Nonnull GetTensorTypeAndShape)(
        const OrtValue *value, OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out);
    OrtUnused unused_66_67[2];
    OrtResult (*_Nonnull CreateMemoryInfo)(
        const char *name, int allocator_type, int device_id, int memory_type, OrtMemoryInfo *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull CreateCpuMemoryInfo)(
        int allocator_type, int memory_type, OrtMemoryInfo *_Nullable *_Nonnull out);
    OrtUnused unused_70_74[5];
    OrtResult (*_Nonnull AllocatorAlloc)(OrtAllocator *allocator, size_t byte_count, void *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull AllocatorFree)(OrtAllocator *allocator, void *memory);
    OrtUnused unused_77[1];
    OrtResult (*_Nonnull GetAllocatorWithDefaultOptions)(OrtAllocator *_Nullable *_Nonnull out);
    OrtUnused unused_79_91[13];
    void (*_Nonnull ReleaseEnv)(OrtEnv *_Nullable env);
    void (*_Nonnull ReleaseStatus)(OrtStatus *_Nullable status);
    void (*_Nonnull ReleaseMemoryInfo)(OrtMemoryInfo *_Nullable info);
    void (*_Nonnull ReleaseSession)(OrtSession *_Nullable session);
    void (*_Nonnull ReleaseValue)(OrtValue *_Nullable value);
    void (*_Nonnull ReleaseRunOptions)(OrtRunOptions *_Nullable options);
    void (*_Nonnull ReleaseTypeInfo)(OrtTypeInfo *_Nullable info);
    void (*_Nonnull ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo *_Nullable info);
    void (*_Nonnull ReleaseSessionOptions)(OrtSessionOptions *_Nullable options);
    OrtUnused unused_101_124[24];
    OrtResult (*_Nonnull GetAvailableProviders)(char *_Nonnull *_Nullable *_Nonnull out, int *count);
    OrtResult (*_Nonnull ReleaseAvailableProviders)(char *_Nonnull *_Nonnull providers, int count);
    OrtUnused unused_127_129[3];
    OrtResult (*_Nonnull AddSessionConfigEntry)(OrtSessionOptions *options, const char *key, const char *value);
    OrtResult (*_Nonnull CreateAllocator)(
        const OrtSession *session, const OrtMemoryInfo *info, OrtAllocator *_Nullable *_Nonnull out);
    void (*_Nonnull ReleaseAllocator)(OrtAllocator *_Nullable allocator);
    OrtResult (*_Nonnull RunWithBinding)(
        OrtSession *session, const OrtRunOptions *_Nullable options, const OrtIoBinding *binding);
    OrtResult (*_Nonnull CreateIoBinding)(OrtSession *session, OrtIoBinding *_Nullable *_Nonnull out);
    void (*_Nonnull ReleaseIoBinding)(OrtIoBinding *_Nullable binding);
    OrtResult (*_Nonnull BindInput)(OrtIoBinding *binding, const char *name, const OrtValue *value);
    OrtUnused unused_137[1];
    OrtResult (*_Nonnull BindOutputToDevice)(OrtIoBinding *binding, const char *name, const OrtMemoryInfo *info);
    OrtUnused unused_139[1];
    OrtResult (*_Nonnull GetBoundOutputValues)(
        const OrtIoBinding *binding, OrtAllocator *allocator, OrtValue *_Nonnull *_Nullable *_Nonnull out,
        size_t *count);
    OrtUnused unused_141_143[3];
    OrtResult (*_Nonnull CreateAndRegisterAllocator)(
        OrtEnv *env, const OrtMemoryInfo *info, const OrtArenaCfg *_Nullable configuration);
    OrtUnused unused_145_169[25];
    OrtResult (*_Nonnull SessionOptionsAppendExecutionProvider_TensorRT_V2)(
        OrtSessionOptions *options, const OrtTensorRTProviderOptionsV2 *provider_options);
    OrtResult (*_Nonnull CreateTensorRTProviderOptions)(OrtTensorRTProviderOptionsV2 *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull UpdateTensorRTProviderOptions)(
        OrtTensorRTProviderOptionsV2 *options, const char *const _Nonnull *_Nonnull keys,
        const char *const _Nonnull *_Nonnull values, size_t count);
    OrtUnused unused_173[1];
    void (*_Nonnull ReleaseTensorRTProviderOptions)(OrtTensorRTProviderOptionsV2 *_Nullable options);
    OrtUnused unused_175_203[29];
    OrtResult (*_Nonnull SessionOptionsAppendExecutionProvider_CUDA_V2)(
        OrtSessionOptions *options, const OrtCUDAProviderOptionsV2 *provider_options);
    OrtResult (*_Nonnull CreateCUDAProviderOptions)(OrtCUDAProviderOptionsV2 *_Nullable *_Nonnull out);
    OrtResult (*_Nonnull UpdateCUDAProviderOptions)(
        OrtCUDAProviderOptionsV2 *options, const char *const _Nonnull *_Nonnull keys,
        const char *const _Nonnull *_Nonnull values, size_t count);
    OrtUnused unused_207[1];
    void (*_Nonnull ReleaseCUDAProviderOptions)(OrtCUDAProviderOptionsV2 *_Nullable options);
} OrtApi;

typedef struct OrtApiBase {
    const OrtApi *_Nullable (*_Nonnull GetApi)(uint32_t version);
    const char *_Nonnull (*_Nonnull GetVersionString)(void);
} OrtApiBase;

/// The file that a function was loaded from; null where the loader does not know.
const char *_Nullable ort_library_file(const void *symbol);

#pragma clang assume_nonnull end

#define ORT_ASSERT_POSITION(function, position)                                                                       \
    static_assert(                                                                                                    \
        offsetof(OrtApi, function) == (position) * sizeof(void (*)(void)), #function " is not at " #position)

ORT_ASSERT_POSITION(GetErrorCode, 1);
ORT_ASSERT_POSITION(CreateEnvWithCustomLogger, 4);
ORT_ASSERT_POSITION(DisableTelemetryEvents, 6);
ORT_ASSERT_POSITION(CreateSession, 7);
ORT_ASSERT_POSITION(Run, 9);
ORT_ASSERT_POSITION(CreateSessionOptions, 10);
ORT_ASSERT_POSITION(DisableMemPattern, 17);
ORT_ASSERT_POSITION(DisableCpuMemArena, 19);
ORT_ASSERT_POSITION(SetSessionGraphOptimizationLevel, 23);
ORT_ASSERT_POSITION(SessionGetInputCount, 30);
ORT_ASSERT_POSITION(SessionGetInputTypeInfo, 33);
ORT_ASSERT_POSITION(SessionGetInputName, 36);
ORT_ASSERT_POSITION(CreateRunOptions, 39);
ORT_ASSERT_POSITION(RunOptionsSetTerminate, 46);
ORT_ASSERT_POSITION(CreateTensorWithDataAsOrtValue, 49);
ORT_ASSERT_POSITION(CastTypeInfoToTensorInfo, 55);
ORT_ASSERT_POSITION(GetTensorElementType, 60);
ORT_ASSERT_POSITION(GetTensorTypeAndShape, 65);
ORT_ASSERT_POSITION(CreateMemoryInfo, 68);
ORT_ASSERT_POSITION(CreateCpuMemoryInfo, 69);
ORT_ASSERT_POSITION(AllocatorAlloc, 75);
ORT_ASSERT_POSITION(AllocatorFree, 76);
ORT_ASSERT_POSITION(GetAllocatorWithDefaultOptions, 78);
ORT_ASSERT_POSITION(ReleaseEnv, 92);
ORT_ASSERT_POSITION(ReleaseRunOptions, 97);
ORT_ASSERT_POSITION(ReleaseTypeInfo, 98);
ORT_ASSERT_POSITION(ReleaseSessionOptions, 100);
ORT_ASSERT_POSITION(GetAvailableProviders, 125);
ORT_ASSERT_POSITION(AddSessionConfigEntry, 130);
ORT_ASSERT_POSITION(RunWithBinding, 133);
ORT_ASSERT_POSITION(BindInput, 136);
ORT_ASSERT_POSITION(BindOutputToDevice, 138);
ORT_ASSERT_POSITION(GetBoundOutputValues, 140);
ORT_ASSERT_POSITION(CreateAndRegisterAllocator, 144);
ORT_ASSERT_POSITION(SessionOptionsAppendExecutionProvider_TensorRT_V2, 170);
ORT_ASSERT_POSITION(ReleaseTensorRTProviderOptions, 174);
ORT_ASSERT_POSITION(SessionOptionsAppendExecutionProvider_CUDA_V2, 204);
ORT_ASSERT_POSITION(ReleaseCUDAProviderOptions, 208);

#undef ORT_ASSERT_POSITION
