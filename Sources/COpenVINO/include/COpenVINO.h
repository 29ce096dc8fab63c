// The part of OpenVINO's C interface that this package uses, declared here so that the build needs no OpenVINO.
//
// Unlike ONNX Runtime's, the interface is single functions, found by their names when the library is loaded. Types, values and
// signatures are facts of openvino/c/*.h (Apache-2.0), as they have been since the interface of release 2022.1.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct ov_core ov_core_t;
typedef struct ov_compiled_model ov_compiled_model_t;
typedef struct ov_infer_request ov_infer_request_t;
typedef struct ov_tensor ov_tensor_t;
typedef struct ov_output_const_port ov_output_const_port_t;

typedef struct {
    int64_t min;
    /// -1 where there is no limit.
    int64_t max;
} ov_dimension_t;

typedef struct {
    ov_dimension_t rank;
    ov_dimension_t *_Nullable dims;
} ov_partial_shape_t;

typedef struct {
    int64_t rank;
    int64_t *_Nullable dims;
} ov_shape_t;

typedef struct {
    const char *buildNumber;
    const char *description;
} ov_version_t;

/// A setting of a compiled model.
typedef struct {
    const char *key;
    const char *value;
} OpenVINOProperty;

/// The most properties of one ``openvino_compile``.
#define OPENVINO_PROPERTIES 6

/// What a call answers: 0 when it went well, else a negative `ov_status_e`.
typedef int32_t OpenVINOStatus;

/// The functions of one loaded library.
typedef struct {
    const char *_Nullable (*_Nonnull get_last_err_msg)(void);
    const char *_Nullable (*_Nonnull get_error_info)(OpenVINOStatus status);
    void (*_Nonnull free_text)(const char *text);
    OpenVINOStatus (*_Nonnull get_openvino_version)(ov_version_t *version);
    void (*_Nonnull version_free)(ov_version_t *version);

    OpenVINOStatus (*_Nonnull core_create)(ov_core_t *_Nullable *_Nonnull core);
    void (*_Nonnull core_free)(ov_core_t *_Nullable core);
    OpenVINOStatus (*_Nonnull core_compile_model_from_file)(
        const ov_core_t *core, const char *path, const char *device, size_t property_args,
        ov_compiled_model_t *_Nullable *_Nonnull compiled, ...);
    OpenVINOStatus (*_Nonnull core_get_property)(
        const ov_core_t *core, const char *device, const char *key, char *_Nullable *_Nonnull value);

    OpenVINOStatus (*_Nonnull compiled_model_inputs_size)(const ov_compiled_model_t *compiled, size_t *count);
    OpenVINOStatus (*_Nonnull compiled_model_input_by_index)(
        const ov_compiled_model_t *compiled, size_t index, ov_output_const_port_t *_Nullable *_Nonnull port);
    OpenVINOStatus (*_Nonnull compiled_model_output_by_name)(
        const ov_compiled_model_t *compiled, const char *name, ov_output_const_port_t *_Nullable *_Nonnull port);
    OpenVINOStatus (*_Nonnull compiled_model_create_infer_request)(
        const ov_compiled_model_t *compiled, ov_infer_request_t *_Nullable *_Nonnull request);
    OpenVINOStatus (*_Nonnull compiled_model_get_property)(
        const ov_compiled_model_t *compiled, const char *key, char *_Nullable *_Nonnull value);
    void (*_Nonnull compiled_model_free)(ov_compiled_model_t *_Nullable compiled);

    OpenVINOStatus (*_Nonnull port_get_any_name)(const ov_output_const_port_t *port, char *_Nullable *_Nonnull name);
    OpenVINOStatus (*_Nonnull port_get_element_type)(const ov_output_const_port_t *port, uint32_t *element);
    OpenVINOStatus (*_Nonnull port_get_partial_shape)(const ov_output_const_port_t *port, ov_partial_shape_t *shape);
    void (*_Nonnull partial_shape_free)(ov_partial_shape_t *shape);
    void (*_Nonnull output_const_port_free)(ov_output_const_port_t *_Nullable port);

    OpenVINOStatus (*_Nonnull infer_request_set_tensor)(
        ov_infer_request_t *request, const char *name, const ov_tensor_t *tensor);
    OpenVINOStatus (*_Nonnull infer_request_get_tensor)(
        const ov_infer_request_t *request, const char *name, ov_tensor_t *_Nullable *_Nonnull tensor);
    OpenVINOStatus (*_Nonnull infer_request_start_async)(ov_infer_request_t *request);
    OpenVINOStatus (*_Nonnull infer_request_wait)(ov_infer_request_t *request);
    OpenVINOStatus (*_Nonnull infer_request_cancel)(ov_infer_request_t *request);
    void (*_Nonnull infer_request_free)(ov_infer_request_t *_Nullable request);

    OpenVINOStatus (*_Nonnull tensor_create_from_host_ptr)(
        uint32_t element, ov_shape_t shape, void *memory, ov_tensor_t *_Nullable *_Nonnull tensor);
    OpenVINOStatus (*_Nonnull tensor_get_shape)(const ov_tensor_t *tensor, ov_shape_t *shape);
    OpenVINOStatus (*_Nonnull tensor_get_element_type)(const ov_tensor_t *tensor, uint32_t *element);
    OpenVINOStatus (*_Nonnull tensor_data)(const ov_tensor_t *tensor, void *_Nullable *_Nonnull memory);
    void (*_Nonnull tensor_free)(ov_tensor_t *_Nullable tensor);
    OpenVINOStatus (*_Nonnull shape_free)(ov_shape_t *shape);
} OpenVINOTable;

/// Finds all functions in a library that `dlopen` gave.
///
/// Returns null when they are there, else the name of the first that is not.
const char *_Nullable openvino_find_functions(void *library, OpenVINOTable *table);

/// Calls `core_compile_model_from_file`, whose properties are variadic arguments, with at most ``OPENVINO_PROPERTIES`` of them.
OpenVINOStatus openvino_compile(
    const OpenVINOTable *table, const ov_core_t *core, const char *path, const char *device,
    const OpenVINOProperty *properties, size_t count, ov_compiled_model_t *_Nullable *_Nonnull compiled);

/// The file that the library was loaded from; null where the loader does not know.
const char *_Nullable openvino_library_file(const OpenVINOTable *table);

#pragma clang assume_nonnull end
