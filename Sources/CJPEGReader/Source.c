// libjpeg's input: bytes in memory, with an end marker behind them should libjpeg run past their end.

#include "Session.h"

static const JOCTET end_marker[2] = {0xFF, JPEG_EOI};

static void do_nothing(j_decompress_ptr info) { (void)info; }

/// What is missing then shows by itself: data that ends too early is reported, and an end marker alone is not missed.
static boolean add_end(j_decompress_ptr info) {
    Session *session = info->client_data;
    session->end_was_added = true;
    info->src->next_input_byte = end_marker;
    info->src->bytes_in_buffer = sizeof end_marker;
    return TRUE;
}

static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if ((size_t)count > info->src->bytes_in_buffer) {
        add_end(info);
        return;
    }
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= (size_t)count;
}

void install_source(Session *session) {
    struct jpeg_source_mgr *source = &session->source;
    source->init_source = do_nothing;
    source->fill_input_buffer = add_end;
    source->skip_input_data = skip;
    source->resync_to_restart = jpeg_resync_to_restart;
    source->term_source = do_nothing;
    source->next_input_byte = session->request->bytes;
    source->bytes_in_buffer = session->count;
    session->info.src = source;
}
