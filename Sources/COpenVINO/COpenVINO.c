// For dladdr.
#define _GNU_SOURCE

#include "COpenVINO.h"

#include <dlfcn.h>
#include <string.h>

// The names in the order of the table's members.
static const char *const names[] = {
    "ov_get_last_err_msg",
    "ov_get_error_info",
    "ov_free",
    "ov_get_openvino_version",
    "ov_version_free",
    "ov_core_create",
    "ov_core_free",
    "ov_core_compile_model_from_file",
    "ov_core_get_property",
    "ov_compiled_model_inputs_size",
    "ov_compiled_model_input_by_index",
    "ov_compiled_model_output_by_name",
    "ov_compiled_model_create_infer_request",
    "ov_compiled_model_get_property",
    "ov_compiled_model_free",
    "ov_port_get_any_name",
    "ov_port_get_element_type",
    "ov_port_get_partial_shape",
    "ov_partial_shape_free",
    "ov_output_const_port_free",
    "ov_infer_request_set_tensor",
    "ov_infer_request_get_tensor",
    "ov_infer_request_start_async",
    "ov_infer_request_wait",
    "ov_infer_request_cancel",
    "ov_infer_request_free",
    "ov_tensor_create_from_host_ptr",
    "ov_tensor_get_shape",
    "ov_tensor_get_element_type",
    "ov_tensor_data",
    "ov_tensor_free",
    "ov_shape_free",
};

enum { NAMES = sizeof names / sizeof *names };

_Static_assert(sizeof(OpenVINOTable) == NAMES * sizeof(void *), "a name for each member of the table");

const char *openvino_find_functions(void *library, OpenVINOTable *table) {
    void *found[NAMES];
    for (size_t index = 0; index < NAMES; index++) {
        found[index] = dlsym(library, names[index]);
        if (found[index] == NULL) return names[index];
    }
    // POSIX lets a function's address be kept in a void *, and has both the same size.
    memcpy(table, found, sizeof found);
    return NULL;
}

OpenVINOStatus openvino_compile(
    const OpenVINOTable *table, const ov_core_t *core, const char *path, const char *device,
    const OpenVINOProperty *properties, size_t count, ov_compiled_model_t **compiled) {
    // All places are filled; the callee reads as many as it is told of.
    OpenVINOProperty p[OPENVINO_PROPERTIES] = {{"", ""}, {"", ""}, {"", ""}, {"", ""}, {"", ""}, {"", ""}};
    size_t used = count < OPENVINO_PROPERTIES ? count : OPENVINO_PROPERTIES;
    memcpy(p, properties, used * sizeof *properties);
    return table->core_compile_model_from_file(
        core, path, device, 2 * used, compiled, p[0].key, p[0].value, p[1].key, p[1].value, p[2].key, p[2].value, p[3].key,
        p[3].value, p[4].key, p[4].value, p[5].key, p[5].value);
}

const char *openvino_library_file(const OpenVINOTable *table) {
    Dl_info place;
    return dladdr((const void *)table->core_create, &place) ? place.dli_fname : NULL;
}
